// How long something takes, for people.
import assert from "node:assert/strict";
import { test } from "node:test";
import { durationText } from "#src/duration.js";

test("milliseconds below a second, seconds from there on", () => {
  const texts = [0, 300, 999, 1_000, 1_540, 60_000].map(durationText);
  assert.deepEqual(texts, ["0 ms", "300 ms", "999 ms", "1 s", "1.5 s", "60 s"]);
});
