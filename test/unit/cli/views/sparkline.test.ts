// The small charts: as wide as asked, the newest value at the right.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { sparkline } from "#src/cli/views/sparkline.js";

test("a bar for each value, as high as its share of the highest", () => {
  assert.equal(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8), "▁▂▃▄▅▆▇█");
  assert.equal(sparkline([1, 1], 2), "██");
  assert.equal(sparkline([0, 0], 2), "▁▁");
  assert.equal(sparkline([5, 10], 2, 20), "▃▅");
  assert.equal(sparkline([40], 1, 20), "█", "more than the top is the top");
});

test("the latest values stand at the right, with spaces before the first", () => {
  assert.equal(sparkline([7, 0, 7], 2), "▁█");
  assert.equal(sparkline([7], 3), "  █");
  assert.equal(sparkline([], 3), "   ");
  assert.equal(sparkline([7], 0), "");
});

test("property: exactly as wide as asked, and only nothing at all is the lowest bar", () => {
  fc.assert(
    fc.property(fc.array(fc.nat()), fc.nat(40), (values, width) => {
      const chart = sparkline(values, width);
      assert.equal(chart.length, width);
      const zeros = width === 0 ? [] : values.slice(-width).filter((value) => value === 0);
      assert.equal(Array.from(chart).filter((bar) => bar === "▁").length, zeros.length);
    }),
  );
});
