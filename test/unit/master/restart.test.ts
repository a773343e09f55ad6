// Back-off, intensity and surrender: arithmetic on how the nodes of a place fared.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  afterEnd,
  countDeath,
  FAILED_STARTS_LIMIT,
  isHopeless,
  longestDelay,
  type PlaceHistory,
  restartDelay,
} from "#src/master/restart.js";

const MIN_UPTIME = 1_000;
const FRESH: PlaceHistory = { diedYoung: 0 };
const young = fc.constantFrom(undefined, 0, 1, 500, 999);
const old = fc.integer({ min: 1_000 });
const random = fc.double({ min: 0, max: 1, noNaN: true });

test("the first death is healed at once, those that follow soon ever later, up to five seconds", () => {
  const delays = Array.from({ length: 11 }, (_, deaths) => restartDelay({ diedYoung: deaths }, 0));
  assert.deepEqual(delays, [0, 0, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000]);
});

test("chance takes up to a quarter of a delay away, so that places do not start in step", () => {
  assert.deepEqual(
    [0, 0.5, 1].map((chance) => restartDelay({ diedYoung: 2 }, chance)),
    [100, 88, 75],
  );
  assert.deepEqual([0, 1].map(longestDelay), [5_000, 3_750]);
});

test("a node that served for minUptime did not die young", () => {
  assert.deepEqual(afterEnd({ diedYoung: 3 }, { served: 999 }, MIN_UPTIME), { diedYoung: 4 });
  assert.deepEqual(afterEnd({ diedYoung: 3 }, { served: 1_000 }, MIN_UPTIME), { diedYoung: 0 });
  assert.deepEqual(afterEnd({ diedYoung: 3 }, { served: undefined }, MIN_UPTIME), { diedYoung: 4 });
});

test("there is no hope when nobody serves and five starts have failed", () => {
  assert.equal(FAILED_STARTS_LIMIT, 5);
  assert.equal(isHopeless(0, 4), false);
  assert.equal(isHopeless(0, 5), true);
  assert.equal(isHopeless(1, 500), false);
});

test("more deaths within the period than the intensity are too many", () => {
  assert.deepEqual(verdicts({ intensity: 2, period: 1_000 }, [0, 400, 999]), [false, false, true]);
  assert.deepEqual(verdicts({ intensity: 2, period: 1_000 }, [0, 400, 1_000]), [false, false, false]);
  assert.deepEqual(verdicts({ intensity: 1, period: 60_000 }, [0, 59_999]), [false, true]);
});

test("the period slides: each death is looked at with those shortly before it", () => {
  const deaths = [0, 600, 1_200, 1_400, 1_500, 2_600];
  assert.deepEqual(verdicts({ intensity: 2, period: 1_000 }, deaths), [false, false, false, true, true, false]);
});

test("an intensity of 0 bears any number", () => {
  assert.ok(verdicts({ intensity: 0, period: 60_000 }, Array<number>(100).fill(0)).every((tooMany) => !tooMany));
});

test("property: the delay never shrinks with more deaths, and stays between zero and the longest", () => {
  fc.assert(
    fc.property(fc.nat(100_000), fc.nat(100_000), random, (a, b, chance) => {
      const [fewer, more] = [Math.min(a, b), Math.max(a, b)].map((diedYoung) => restartDelay({ diedYoung }, chance));
      assert.ok(fewer !== undefined && more !== undefined && fewer <= more);
      assert.ok(fewer >= 0 && more <= 5_000);
    }),
  );
});

test("property: chance shortens a delay by at most a quarter, and never lengthens it", () => {
  fc.assert(
    fc.property(fc.nat(30), random, (diedYoung, chance) => {
      const [delay, whole] = [restartDelay({ diedYoung }, chance), restartDelay({ diedYoung }, 0)];
      assert.ok(delay <= whole && delay >= Math.floor(whole * 0.75), `${delay} of ${whole}`);
      assert.ok(delay <= longestDelay(chance), "nothing waits longer than where nodes die too often");
    }),
  );
});

test("property: one life that lasted wipes out all early deaths", () => {
  fc.assert(
    fc.property(fc.array(young), old, (deaths, served) => {
      const history = deaths.reduce((before, death) => afterEnd(before, { served: death }, MIN_UPTIME), FRESH);
      assert.equal(history.diedYoung, deaths.length);
      assert.equal(restartDelay(afterEnd(history, { served }, MIN_UPTIME), 0), 0);
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

test("property: deaths are too many exactly when the period before one holds more than the intensity", () => {
  const gaps = fc.array(fc.nat(300), { maxLength: 40 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 1_000 }), gaps, (intensity, period, list) => {
      let now = 0;
      const times = list.map((gap) => (now += gap));
      const expected = times.map(
        (at, index) => times.slice(0, index + 1).filter((before) => at - before < period).length > intensity,
      );
      assert.deepEqual(verdicts({ intensity, period }, times), expected);
    }),
  );
});

test("property: what is remembered of deaths does not grow without end", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 }), fc.array(fc.nat(5)), (intensity, gaps) => {
      let [deaths, now]: [readonly number[], number] = [[], 0];
      for (const gap of gaps) {
        now += gap;
        ({ deaths } = countDeath(deaths, now, { intensity, period: 60_000, beyond: "back-off" }));
        assert.ok(deaths.length <= intensity + 1);
      }
    }),
  );
});

/** For deaths at these times: whether each was one too many. */
function verdicts(limits: { intensity: number; period: number }, times: number[]): boolean[] {
  let deaths: readonly number[] = [];
  return times.map((now) => {
    const counted = countDeath(deaths, now, { ...limits, beyond: "give-up" });
    ({ deaths } = counted);
    return counted.tooMany;
  });
}
