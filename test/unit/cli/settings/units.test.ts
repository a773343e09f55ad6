// Times and sizes as people write them.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { durationText, readDuration, readSize, sizeText } from "#src/cli/settings/units.js";

test("times", () => {
  const times = {
    "25s": 25_000,
    "500ms": 500,
    "2m": 120_000,
    "1.5h": 5_400_000,
    "1d": 86_400_000,
    "30 s": 30_000,
    7: 7,
  };
  for (const [text, ms] of Object.entries(times)) assert.equal(readDuration(text), ms, text);
  for (const text of ["", "s", "-1s", "1e3", "5 weeks", "1s2", "1.s", "١s", null, -1, Number.NaN, [5]]) {
    assert.equal(readDuration(text), undefined, String(text));
  }
});

test("sizes", () => {
  const sizes = {
    512: 512,
    "1k": 1_024,
    "512M": 2 ** 29,
    "1.5G": 1.5 * 2 ** 30,
    "2GiB": 2 ** 31,
    "3 MB": 3 * 2 ** 20,
    "1T": 2 ** 40,
  };
  for (const [text, bytes] of Object.entries(sizes)) assert.equal(readSize(text), bytes, text);
  for (const text of ["", "M", "-1M", "1e3", "lots", "1Q", null, -1, 1.5, Number.NaN]) {
    assert.equal(readSize(text), undefined, String(text));
  }
});

test("what is shown is read as the same", () => {
  fc.assert(fc.property(fc.nat(), (ms) => assert.equal(readDuration(durationText(ms)), ms)));
  fc.assert(
    fc.property(fc.nat(), fc.nat(4), (n, power) => {
      assert.equal(readSize(sizeText(n * 1_024 ** power)), n * 1_024 ** power);
    }),
  );
  assert.deepEqual([0, 25_000, 90_000, 3_600_000, 1_234].map(durationText), ["0", "25s", "90s", "1h", "1234ms"]);
  assert.deepEqual([0, 1, 2 ** 29, 1.5 * 2 ** 30].map(sizeText), ["0", "1", "512M", "1536M"]);
});
