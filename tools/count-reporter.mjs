// A node:test reporter that writes a line of JSON for each test as it ends, so that a run that is cut off still counts.

import { resolve } from "node:path";

const NOT_CHOSEN = "test name does not match pattern";

export default async function* countReporter(events) {
  for await (const { type, data } of events) {
    const outcome = type === "test:pass" || type === "test:fail" ? outcomeOf(type, data) : undefined;
    if (outcome !== undefined) yield `${JSON.stringify({ outcome, name: data.name })}\n`;
  }
}

/** Adds up what the reporter wrote: `{ passed, failed, skipped, emptyFiles }`. */
export function addUp(text) {
  const counts = { passed: 0, failed: 0, skipped: 0, emptyFiles: [] };
  for (const line of text.split("\n").slice(0, -1)) {
    const { outcome, name } = JSON.parse(line);
    if (outcome === "empty") counts.emptyFiles.push(name);
    else counts[outcome]++;
  }
  return counts;
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
