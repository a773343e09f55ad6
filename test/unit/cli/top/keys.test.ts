// What a terminal sends, as keys.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { keysIn } from "#src/cli/top/keys.js";

test("characters are keys, sequences have names, and several may come at once", () => {
  assert.deepEqual(keysIn("q"), ["q"]);
  assert.deepEqual(keysIn("+K?"), ["+", "K", "?"]);
  assert.deepEqual(keysIn("\u001b[A\u001b[Bj"), ["up", "down", "j"]);
  assert.deepEqual(keysIn("\u001bOA\u001bOB"), ["up", "down"], "the application mode of the cursor keys");
  assert.deepEqual(keysIn("\u001b"), ["escape"]);
  assert.deepEqual(keysIn("\u0003\u001a\r"), ["ctrl-c", "ctrl-z", "enter"]);
});

test("what means nothing is left out, and never read as the letters in it", () => {
  assert.deepEqual(keysIn("\u001b[15~\u001b[1;5C\u001bOP"), []);
  assert.deepEqual(keysIn("\u0000\t"), []);
});

test("property: no chunk breaks it", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (chunk) => assert.ok(Array.isArray(keysIn(chunk)))));
});
