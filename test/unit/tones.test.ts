// Where colours are wanted.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inColour, paintFor, plain } from "#src/tones.js";

test("colours are for terminals, unless the environment says otherwise", () => {
  assert.equal(paintFor({}, true), inColour);
  assert.equal(paintFor({}, false), plain);
  assert.equal(paintFor({ NO_COLOR: "1" }, true), plain);
  assert.equal(paintFor({ NO_COLOR: "" }, true), inColour);
  assert.equal(paintFor({ TERM: "dumb" }, true), plain);
  assert.equal(paintFor({ FORCE_COLOR: "1" }, false), inColour);
  assert.equal(paintFor({ FORCE_COLOR: "0" }, true), plain);
  assert.equal(paintFor({ FORCE_COLOR: "1", NO_COLOR: "1" }, false), inColour, "as Node has it");
});
