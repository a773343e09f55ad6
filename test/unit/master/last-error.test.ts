// The last error in what a process wrote: found in any pieces, and not in what only looks like one.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LastError } from "#src/master/last-error.js";

const STACK = `/srv/program.js:3
throw new TypeError("no database \u2013 gone");
^

TypeError: no database \u2013 gone
    at Object.<anonymous> (/srv/program.js:3:7)
    at Module._compile (node:internal/modules/cjs/loader:1554:14) {
  [cause]: Error: connection refused
      at connect (/srv/database.js:9:11)
}

Node.js v24.0.0
`;

test("nothing written, or no error in it, is no error", () => {
  assert.equal(read(), undefined);
  assert.equal(read("listening\nall is well, no Error: here\n"), undefined);
  assert.equal(read("ErrorReporter started\nErrors: 0\n"), undefined);
});

test("the line that names the error is found in what Node writes", () => {
  assert.equal(read(STACK), "TypeError: no database \u2013 gone");
});

test("the last of many counts", () => {
  assert.equal(read("Error: first\n", "RangeError: second\n    at x\n", "bye\n"), "RangeError: second");
});

test("errors of every make are known", () => {
  for (const line of [
    "Error",
    "Error: plain",
    "AssertionError [ERR_ASSERTION]: 1 == 2",
    "Error [ERR_MODULE_NOT_FOUND]: Cannot find module",
    "Uncaught Error: from the prompt",
    "MongoServerSelectionError: timed out",
    "SQLException: no such table",
    "DOMException [AbortError]: This operation was aborted",
    "H3Error: not found",
    "My_Error: named so",
  ]) {
    assert.equal(read(`${line}\n    at somewhere\n`), line);
  }
});

test("a carriage return at a line's end is no part of it", () => {
  assert.equal(read("Error: from elsewhere\r\n"), "Error: from elsewhere");
});

test("only the end is kept, however much was written", () => {
  const lastError = new LastError();
  lastError.push(Buffer.from("Error: long ago\n"));
  for (let line = 0; line < 1_000; line++) lastError.push(Buffer.from("requests are served, all of them\n"));
  assert.equal(lastError.text, undefined);
  lastError.push(Buffer.from("Error: just now\n"));
  assert.equal(lastError.text, "Error: just now");
});

test("property: the pieces in which it arrives make no difference, not within a letter either", () => {
  const bytes = Buffer.from(STACK);
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 20 }), (cuts) => {
      const at = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
      const lastError = new LastError();
      for (const [index, end] of at.slice(1).entries()) lastError.push(bytes.subarray(at[index], end));
      assert.equal(lastError.text, "TypeError: no database \u2013 gone");
    }),
  );
});

function read(...chunks: string[]): string | undefined {
  const lastError = new LastError();
  for (const chunk of chunks) lastError.push(Buffer.from(chunk));
  return lastError.text;
}
