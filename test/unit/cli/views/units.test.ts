// Figures as people read them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, count, duration, milliseconds, percent } from "#src/cli/views/units.js";

type Case = readonly [value: number | undefined, text: string];

const BYTES: Case[] = [
  [0, "0 B"],
  [512, "512 B"],
  [1_023, "1023 B"],
  [1_024, "1 KiB"],
  [1_536, "1.5 KiB"],
  [67_108_864, "64 MiB"],
  [1_048_575, "1 MiB"],
  [1_288_490_189, "1.2 GiB"],
  [2 ** 60, "1024 PiB"],
  [undefined, "-"],
  [Number.NaN, "-"],
  [-1, "-"],
];

const DURATIONS: Case[] = [
  [0, "0 s"],
  [999, "0 s"],
  [1_000, "1 s"],
  [59_999, "59 s"],
  [60_000, "1 min"],
  [200_000, "3 min 20 s"],
  [3_600_000, "1 h"],
  [3_605_000, "1 h"],
  [7_500_000, "2 h 5 min"],
  [86_400_000 * 2 + 3_600_000 * 4 + 59, "2 d 4 h"],
  [undefined, "-"],
  [Number.POSITIVE_INFINITY, "-"],
];

const MILLISECONDS: Case[] = [
  [0, "0 ms"],
  [0.44, "0.4 ms"],
  [12.34, "12.3 ms"],
  [120.4, "120 ms"],
  [999.4, "999 ms"],
  [999.6, "1 s"],
  [1_250, "1.3 s"],
  [undefined, "-"],
];

const SHARES: Case[] = [
  [0, "0 %"],
  [0.07, "7 %"],
  [0.984, "98.4 %"],
  [1, "100 %"],
  [1.995, "200 %"],
  [undefined, "-"],
];

const COUNTS: Case[] = [
  [0, "0"],
  [12.34, "12.3"],
  [99.96, "100"],
  [1_234.4, "1234"],
  [99_999, "99999"],
  [123_456, "123 k"],
  [1_250_000, "1.3 M"],
  [undefined, "-"],
];

test("sizes, times, shares and counts", () => {
  for (const [value, text] of BYTES) assert.equal(bytes(value), text);
  for (const [value, text] of DURATIONS) assert.equal(duration(value), text);
  for (const [value, text] of MILLISECONDS) assert.equal(milliseconds(value), text);
  for (const [value, text] of SHARES) assert.equal(percent(value), text);
  for (const [value, text] of COUNTS) assert.equal(count(value), text);
});
