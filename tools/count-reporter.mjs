// A node:test reporter that writes a line of JSON for each test as it ends, so that a run that is cut off still counts.

import { relative, resolve } from "node:path";

const REASON_LENGTH = 400;
const NOT_CHOSEN = "test name does not match pattern";

export default async function* countReporter(events) {
  for await (const { type, data } of events) {
    const outcome = type === "test:pass" || type === "test:fail" ? outcomeOf(type, data) : undefined;
    if (outcome !== undefined) yield `${JSON.stringify({ outcome, ...descriptionOf(outcome, data) })}\n`;
  }
}

/** Adds up what the reporter wrote: `{ passed, failed, skipped, emptyFiles, failures: [{ name, file, reason }] }`. */
export function addUp(text) {
  const counts = { passed: 0, failed: 0, skipped: 0, emptyFiles: [], failures: [] };
  for (const line of text.split("\n").slice(0, -1)) {
    const { outcome, ...test } = JSON.parse(line);
    if (outcome === "empty") counts.emptyFiles.push(test.name);
    else counts[outcome]++;
    if (outcome === "failed") counts.failures.push(test);
  }
  return counts;
}

/** Whoever sees only the end of a long run has to learn what failed, and why. */
function descriptionOf(outcome, { name, file, details }) {
  if (outcome !== "failed") return { name };
  const error = details.error?.cause ?? details.error;
  const reason = String(error?.message ?? error).slice(0, REASON_LENGTH);
  return { name, file: file === undefined ? "" : relative(process.cwd(), file), reason };
}

function outcomeOf(type, data) {
  // Node 20 reports a test that --test-name-pattern leaves out as skipped; newer versions do not report it.
  if (data.details.type === "suite" || data.skip === NOT_CHOSEN) return undefined;
  if (data.skip !== undefined || data.todo !== undefined) return "skipped";
  if (type === "test:fail") return "failed";
  return isFileItself(data) ? "empty" : "passed";
}

/** The runner reports a file as if it were a test when the file has none, or fails as a whole. */
function isFileItself({ file, name, nesting }) {
  return nesting === 0 && file !== undefined && resolve(name) === resolve(file);
}
