// Runs titled sections one after another, all of them even when one fails, and sums up at the end.

const SECOND = 1000;

/**
 * `sections` are `{ title, run }`; `run` resolves to `{ passed, failed, failures }`, or to true or false for a single
 * check. Writes a summary that names each failed test (`failures`: `{ name, file, reason }`), and as the very last line "N passed, N failed". Sets the exit code.
 */
export async function runSections(sections) {
  const results = [];
  for (const section of sections) results.push(await runOne(section));
  const passed = sum(results, "passed");
  const failed = sum(results, "failed");
  console.log(`\n=== summary\n${results.flatMap(asLines).join("\n")}\n${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

async function runOne({ title, run }) {
  console.log(`\n=== ${title}`);
  const start = performance.now();
  const counts = await countsOf(run);
  const result = { title, ...counts, seconds: (performance.now() - start) / SECOND };
  console.log(`--- ${asLine(result)}`);
  return result;
}

async function countsOf(run) {
  try {
    const outcome = await run();
    if (typeof outcome === "object") return outcome;
    return outcome ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  } catch (error) {
    console.error(error);
    return { passed: 0, failed: 1 };
  }
}

function asLines(result) {
  const failures = result.failures ?? [];
  return [asLine(result), ...failures.map(({ name, file, reason }) => `       ${file}: ${name}: ${onOneLine(reason)}`)];
}

function onOneLine(text) {
  return text.replaceAll(/\s+/g, " ");
}

function asLine({ title, passed, failed, seconds }) {
  const verdict = failed === 0 ? "ok    " : "FAILED";
  return `${verdict} ${title.padEnd(28)} ${String(passed).padStart(5)} ok ${String(failed).padStart(3)} failed ${seconds.toFixed(1).padStart(7)} s`;
}

function sum(results, key) {
  return results.reduce((total, result) => total + result[key], 0);
}
