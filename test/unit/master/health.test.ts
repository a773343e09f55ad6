// What heartbeats say of a node: hung, over one of its limits, or well; and whom that is told of.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Hints } from "#src/master/hints.js";
import { Checkup } from "#src/master/checkup.js";
import { findings, heardAt, type HealthLimits, judge, type Verdict, type Vitals } from "#src/master/health.js";
import type { Beat } from "#src/protocol.js";
import { addNode, fleetOf } from "../../helpers/fleet-of.js";
import { beatOf } from "../../helpers/beat.js";

const OFF: HealthLimits = { hangTimeout: 0, maxMemory: 0, maxLifetime: 0, maxRequests: 0 };
const BEAT: Beat = beatOf({ rss: 100, served: 10, connections: 1, utilization: 0.5 });
const FRESH: Vitals = { servingSince: 0, lastBeatAt: 0, beat: BEAT, jitter: 0 };

const CASES: [title: string, limits: Partial<HealthLimits>, vitals: Partial<Vitals>, now: number, verdict: Verdict][] =
  [
    ["without limits all are well", {}, { beat: { ...BEAT, rss: 1e12, served: 1e12 } }, 1e12, "well"],
    ["a silence shorter than hangTimeout is none", { hangTimeout: 30_000 }, {}, 29_999, "well"],
    ["a silence of hangTimeout is a hang", { hangTimeout: 30_000 }, {}, 30_000, "hung"],
    ["a node that never told anything hangs too", { hangTimeout: 30_000 }, { beat: undefined }, 30_000, "hung"],
    ["memory below the limit", { maxMemory: 101 }, {}, 0, "well"],
    ["memory at the limit", { maxMemory: 100 }, {}, 0, "memory"],
    ["memory is told by nobody yet", { maxMemory: 1 }, { beat: undefined }, 0, "well"],
    ["a lifetime that is not over", { maxLifetime: 1_000 }, { lastBeatAt: 999 }, 999, "well"],
    ["a lifetime that is over", { maxLifetime: 1_000 }, { lastBeatAt: 1_000 }, 1_000, "lifetime"],
    ["a lifetime that chance shortens", { maxLifetime: 1_000 }, { jitter: 1 }, 900, "lifetime"],
    ["no lifetime is shorter than that", { maxLifetime: 1_000 }, { jitter: 1 }, 899, "well"],
    ["requests that are not used up", { maxRequests: 11 }, {}, 0, "well"],
    ["requests that are used up", { maxRequests: 10 }, {}, 0, "requests"],
    ["requests of which chance takes some", { maxRequests: 11 }, { jitter: 1 }, 0, "requests"],
    ["a hang counts more than all else", { hangTimeout: 1, maxMemory: 1, maxLifetime: 1 }, {}, 5, "hung"],
  ];

for (const [title, limits, vitals, now, verdict] of CASES) {
  test(title, () => assert.equal(judge({ ...FRESH, ...vitals }, { ...OFF, ...limits }, now), verdict));
}

test("a node whose inspector is open is never hung, and can still be over a limit", () => {
  const vitals = { ...FRESH, beat: { ...BEAT, inspected: true } };
  assert.equal(judge(vitals, { ...OFF, hangTimeout: 1 }, 1e9), "well");
  assert.equal(judge(vitals, { ...OFF, hangTimeout: 1, maxMemory: 1 }, 1e9), "memory");
});

const limits = fc.record({
  hangTimeout: fc.nat(100_000),
  maxMemory: fc.nat(1_000),
  maxLifetime: fc.nat(1_000_000),
  maxRequests: fc.nat(10_000),
});
const beat = fc
  .record({
    rss: fc.nat(2_000),
    served: fc.nat(20_000),
    connections: fc.nat(100),
    utilization: fc.double({ min: 0, max: 1, noNaN: true }),
    inspected: fc.boolean(),
  })
  .map(beatOf);
const jitter = fc.double({ min: 0, max: 1, noNaN: true });

test("property: jitter replaces nobody earlier than a tenth before the limit, and nobody later than at it", () => {
  fc.assert(
    fc.property(limits, beat, jitter, fc.nat(2_000_000), (given, told, chance, age) => {
      const { maxLifetime, maxRequests } = given;
      const at = (limit: Partial<HealthLimits>): Verdict =>
        judge({ servingSince: 0, lastBeatAt: age, beat: told, jitter: chance }, { ...OFF, ...limit }, age);
      if (at({ maxLifetime }) === "lifetime") assert.ok(age >= maxLifetime * 0.9);
      else assert.ok(maxLifetime === 0 || age < maxLifetime);
      if (at({ maxRequests }) === "requests") assert.ok(told.served >= maxRequests * 0.9);
      else assert.ok(maxRequests === 0 || told.served < maxRequests);
    }),
  );
});

test("property: hung is only who was silent for hangTimeout, and never who is inspected", () => {
  fc.assert(
    fc.property(limits, beat, fc.nat(1_000), fc.nat(200_000), (given, told, lastBeatAt, silence) => {
      const verdict = judge({ servingSince: 0, lastBeatAt, beat: told, jitter: 0 }, given, lastBeatAt + silence);
      const silent = given.hangTimeout > 0 && silence >= given.hangTimeout;
      assert.equal(verdict === "hung", silent && !told.inspected);
    }),
  );
});

test("only those that are not well are found, each with its verdict", () => {
  const fleet = fleetOf("serving", "serving", "serving");
  const [a, b, c] = fleet.serving;
  assert.ok(a && b && c);
  b.beat = { ...BEAT, rss: 900 };
  c.lastBeatAt = -50;
  assert.deepEqual(findings(fleet.serving, { ...OFF, maxMemory: 900, hangTimeout: 50 }, 0), [
    { node: b, verdict: "memory" },
    { node: c, verdict: "hung" },
  ]);
});

test("who is known to be due is not found again, nor who was put off, but a hang is", () => {
  const fleet = fleetOf("serving", "serving");
  const [a, b] = fleet.serving;
  assert.ok(a && b);
  for (const node of [a, b]) node.beat = { ...BEAT, rss: 900 };
  a.due = true;
  b.notDueBefore = 500;
  const verdicts = (now: number, hangTimeout: number): string[] =>
    findings(fleet.serving, { ...OFF, maxMemory: 900, hangTimeout }, now).map(
      ({ node, verdict }) => `${node.id} ${verdict}`,
    );
  assert.deepEqual(verdicts(499, 0), []);
  assert.deepEqual(verdicts(500, 0), ["node-2 memory"]);
  assert.deepEqual(verdicts(499, 100), ["node-1 hung", "node-2 hung"]);
});

test("a pause of the master's own is no silence of a node", () => {
  assert.equal(heardAt(1_000, 2_000, 0), 1_000);
  assert.equal(heardAt(1_000, 62_000, 60_000), 61_000);
  assert.equal(heardAt(61_999, 62_000, 60_000), 62_000, "what was heard since then is not in the future");
  assert.equal(heardAt(5_000, 2_000, -3_000), 2_000, "a clock that was set back");
});

test("property: nobody is heard of in the future, and no pause makes a node older than it is", () => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.nat(1e6), fc.integer({ min: -1e6, max: 1e6 }), (lastBeatAt, now, pause) => {
      const heard = heardAt(lastBeatAt, now, pause);
      assert.ok(heard <= now && heard >= Math.min(lastBeatAt, now));
    }),
  );
});

const NO_HINTS: Hints = { onUneven: () => {}, onLate: () => {} };

test("looks that come on time find who is silent, and one that comes late finds nobody for that", () => {
  const fleet = fleetOf("serving");
  const limit = { ...OFF, hangTimeout: 2_000, waitReady: false };
  const onTime = new Checkup(fleet, limit, 0, NO_HINTS);
  assert.deepEqual(
    [1_000, 2_000].map((now) => onTime.look(now).length),
    [0, 1],
  );
  const late = new Checkup(fleetOf("serving"), limit, 0, NO_HINTS);
  assert.deepEqual(
    [3_600_000, 3_601_000].map((now) => late.look(now).length),
    [0, 1],
    "of the hour, one second counts",
  );
});

test("before the first look the time does not count", () => {
  const fleet = fleetOf();
  const checkup = new Checkup(fleet, { ...OFF, hangTimeout: 2_000, waitReady: false }, 0, NO_HINTS);
  checkup.begin(100_000);
  addNode(fleet, "serving", {}, 100_000);
  assert.deepEqual(checkup.look(101_000), []);
  assert.equal(checkup.look(102_000).length, 1);
});

test("uneven connections are hinted at once, after a minute without a break", () => {
  const fleet = fleetOf("serving", "serving");
  const [first, second] = fleet.serving;
  assert.ok(first && second);
  let hints = 0;
  const checkup = new Checkup(fleet, { ...OFF, waitReady: false }, 0, {
    ...NO_HINTS,
    onUneven: () => {
      hints += 1;
    },
  });
  const look = (from: number, to: number): void => {
    for (let now = from; now <= to; now += 1_000) checkup.look(now);
  };
  first.beat = { ...BEAT, connections: 50 };
  second.beat = { ...BEAT, connections: 5 };
  look(1_000, 60_000);
  second.beat = { ...BEAT, connections: 40 };
  look(61_000, 61_000);
  second.beat = { ...BEAT, connections: 5 };
  look(62_000, 121_000);
  assert.equal(hints, 0);
  look(122_000, 300_000);
  assert.equal(hints, 1);
});
