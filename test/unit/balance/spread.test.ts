// When the user hears that shared accept spreads connections unevenly: once, after a minute without a break.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { afterCheckup, isUneven, type Spread } from "#src/balance/spread.js";

const UNEVEN = [63, 66, 63, 8];
const EVEN = [50, 50, 50, 50];
const MINUTE = 60_000;

/** The states after looks at these times, the first `state` being given. */
function states(
  looks: readonly (readonly [now: number, connections: readonly number[]])[],
  first: Spread = "even",
): Spread[] {
  let state = first;
  return looks.map(([now, connections]) => {
    state = afterCheckup(state, connections, now);
    return state;
  });
}

describe("uneven", () => {
  test("is more than twice between two nodes", () => {
    assert.equal(isUneven(UNEVEN), true);
    assert.equal(isUneven([20, 0]), true);
    assert.equal(isUneven([21, 10, 15]), true);
    assert.equal(isUneven([20, 10, 15]), false);
    assert.equal(isUneven(EVEN), false);
  });

  test("takes ten connections for each node", () => {
    assert.equal(isUneven([19, 0]), false);
    assert.equal(isUneven([30, 0, 0]), true);
    assert.equal(isUneven([29, 0, 0]), false);
  });

  test("takes two nodes", () => {
    assert.equal(isUneven([]), false);
    assert.equal(isUneven([1000]), false);
    assert.equal(isUneven([0, 0]), false);
  });
});

describe("the hint", () => {
  test("is due after a whole minute, once", () => {
    const looks = [5_000, 6_000, 64_999, 65_000, 66_000, 67_000].map((now) => [now, UNEVEN] as const);
    const waiting = { unevenSince: 5_000 };
    assert.deepEqual(states(looks), [waiting, waiting, waiting, "due", "hinted", "hinted"]);
  });

  test("waits for a minute without a break", () => {
    const since = { unevenSince: 50_000 };
    assert.deepEqual(
      states([
        [0, UNEVEN],
        [40_000, EVEN],
        [50_000, UNEVEN],
        [MINUTE, UNEVEN],
        [50_000 + MINUTE, UNEVEN],
      ]),
      [{ unevenSince: 0 }, "even", since, since, "due"],
    );
  });

  test("waits anew where the clock was set back", () => {
    assert.deepEqual(states([[1_000, UNEVEN]], { unevenSince: 1_000_000 }), [{ unevenSince: 1_000 }]);
  });

  test("does not come again where it was even for a while", () => {
    const looks = [EVEN, UNEVEN, UNEVEN].map((connections, index) => [index * 2 * MINUTE, connections] as const);
    assert.deepEqual(states(looks, "due"), ["hinted", "hinted", "hinted"]);
  });

  test("property: comes at most once, and never before a minute of which every look was uneven", () => {
    const looks = fc.array(fc.tuple(fc.integer({ min: 1, max: 50_000 }), fc.integer({ min: 0, max: 5 })), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(looks, (list) => {
        let now = 0;
        let since: number | undefined;
        let state: Spread = "even";
        let hints = 0;
        for (const [step, dice] of list) {
          now += step;
          const connections = dice === 0 ? EVEN : UNEVEN;
          since = dice === 0 ? undefined : (since ?? now);
          state = afterCheckup(state, connections, now);
          if (state === "due") hints++;
          const isTime = since !== undefined && now - since >= MINUTE;
          assert.ok(state !== "due" || isTime);
          assert.ok(!isTime || hints === 1);
        }
        assert.ok(hints <= 1);
      }),
    );
  });
});
