// Which process gets the next call.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { leastOf } from "#src/balance/least.js";

test("the least load is chosen", () => {
  assert.equal(leastOf([3, 1, 2], 0), 1);
  assert.equal(leastOf([3, 1, 2], 7), 1);
});

test("there may be nobody", () => {
  assert.equal(leastOf([], 5), -1);
});

test("where all are overloaded, one of them is chosen all the same", () => {
  assert.equal(leastOf([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY], 1), 1);
});

test("those that are equally busy take turns", () => {
  const chosen = [0, 1, 2, 3].map((turn) => leastOf([0, 4, 0, 0], turn));
  assert.deepEqual(chosen, [0, 2, 3, 0]);
});

test("property: always one of the least, and each of them once in as many turns", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(5), { minLength: 1 }), fc.nat(), (loads, turn) => {
      const least = loads.flatMap((load, index) => (load === Math.min(...loads) ? [index] : []));
      const chosen = least.map((_, step) => leastOf(loads, turn + step));
      assert.deepEqual(
        chosen.toSorted((a, b) => a - b),
        least,
      );
    }),
  );
});
