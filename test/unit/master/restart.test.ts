// Back-off and surrender: arithmetic on how the nodes of a place fared.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { afterEnd, FAILED_STARTS_LIMIT, isHopeless, type PlaceHistory, restartDelay } from "#src/master/restart.js";

const FRESH: PlaceHistory = { diedYoung: 0 };
const young = fc.constantFrom(undefined, 0, 1, 500, 999);
const old = fc.integer({ min: 1_000 });

test("the first death is healed at once, those that follow soon ever later, up to five seconds", () => {
  const delays = Array.from({ length: 11 }, (_, deaths) => restartDelay({ diedYoung: deaths }));
  assert.deepEqual(delays, [0, 0, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000]);
});

test("a node that served for a second did not die young", () => {
  assert.deepEqual(afterEnd({ diedYoung: 3 }, { served: 999 }), { diedYoung: 4 });
  assert.deepEqual(afterEnd({ diedYoung: 3 }, { served: 1_000 }), { diedYoung: 0 });
  assert.deepEqual(afterEnd({ diedYoung: 3 }, { served: undefined }), { diedYoung: 4 });
});

test("there is no hope when nobody serves and five starts have failed", () => {
  assert.equal(FAILED_STARTS_LIMIT, 5);
  assert.equal(isHopeless(0, 4), false);
  assert.equal(isHopeless(0, 5), true);
  assert.equal(isHopeless(1, 500), false);
});

test("property: the delay never shrinks with more deaths, and stays between zero and the longest", () => {
  fc.assert(
    fc.property(fc.nat(100_000), fc.nat(100_000), (a, b) => {
      const [fewer, more] = [Math.min(a, b), Math.max(a, b)].map((diedYoung) => restartDelay({ diedYoung }));
      assert.ok(fewer !== undefined && more !== undefined && fewer <= more);
      assert.ok(fewer >= 0 && more <= 5_000);
    }),
  );
});

test("property: one life that lasted wipes out all early deaths", () => {
  fc.assert(
    fc.property(fc.array(young), old, (deaths, served) => {
      const history = deaths.reduce((before, death) => afterEnd(before, { served: death }), FRESH);
      assert.equal(history.diedYoung, deaths.length);
      assert.equal(restartDelay(afterEnd(history, { served })), 0);
    }),
  );
});

test("property: hope is lost only by failed starts, and not while anybody serves", () => {
  fc.assert(
    fc.property(fc.nat(100), fc.nat(100), (serving, failed) => {
      assert.equal(isHopeless(serving, failed), serving === 0 && failed >= FAILED_STARTS_LIMIT);
    }),
  );
});
