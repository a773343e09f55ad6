// How many nodes the load asks for: one step at a time, within the range, with a rest after each.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Load, wantedNodes } from "#src/master/scale.js";

const RANGE = { minNodes: 1, maxNodes: 8 };
const LONG = 3_600_000;

const CASES: [title: string, wanted: number, utilizations: number[], sinceChange: number, answer: number][] = [
  ["busy: one more", 2, [0.8, 0.8], LONG, 3],
  ["busy on the average", 2, [0.99, 0.55], LONG, 3],
  ["just not busy", 2, [0.75, 0.75], LONG, 2],
  ["busy, but changed only now", 2, [1, 1], 4_999, 2],
  ["busy, and five seconds over", 2, [1, 1], 5_000, 3],
  ["busy at the upper end", 8, Array<number>(8).fill(1), LONG, 8],
  ["calm: one fewer", 3, [0.1, 0.1, 0.1], LONG, 2],
  ["calm, but one fewer would not be", 3, [0.4, 0.4, 0.4], LONG, 3],
  ["calm, but changed a short time ago", 3, [0, 0, 0], 59_999, 3],
  ["calm, and a minute over", 3, [0, 0, 0], 60_000, 2],
  ["calm at the lower end", 1, [0], LONG, 1],
  ["one of them has not told yet", 3, [1, 1], LONG, 3],
  ["none has told yet", 3, [], LONG, 3],
  ["more than the range, at once", 12, [], 0, 8],
];

for (const [title, wanted, utilizations, sinceChange, answer] of CASES) {
  test(title, () => assert.equal(wantedNodes(RANGE, { wanted, utilizations, sinceChange }), answer));
}

test("fewer than the range, at once", () => {
  assert.equal(wantedNodes({ minNodes: 4, maxNodes: 8 }, { wanted: 2, utilizations: [], sinceChange: 0 }), 4);
});

test("where a serving master alone would be enough, one node is there to tell of the load", () => {
  const range = { minNodes: 0, maxNodes: 3 };
  assert.equal(wantedNodes(range, { wanted: 0, utilizations: [], sinceChange: LONG }), 1);
  assert.equal(wantedNodes(range, { wanted: 1, utilizations: [0], sinceChange: LONG }), 1);
  assert.equal(wantedNodes({ minNodes: 0, maxNodes: 0 }, { wanted: 0, utilizations: [], sinceChange: LONG }), 0);
});

const range = fc
  .tuple(fc.integer({ min: 1, max: 32 }), fc.nat(32))
  .map(([minNodes, more]) => ({ minNodes, maxNodes: minNodes + more }));
const share = fc.double({ min: 0, max: 1, noNaN: true });
const load: fc.Arbitrary<Load> = fc.record({
  wanted: fc.integer({ min: 1, max: 64 }),
  utilizations: fc.array(share, { maxLength: 64 }),
  sinceChange: fc.nat(200_000),
});

test("property: the answer is within the range, and from within it at most one step away", () => {
  fc.assert(
    fc.property(range, load, (given, now) => {
      const { minNodes, maxNodes } = given;
      const answer = wantedNodes(given, now);
      assert.ok(answer >= minNodes && answer <= maxNodes);
      if (now.wanted >= minNodes && now.wanted <= maxNodes) assert.ok(Math.abs(answer - now.wanted) <= 1);
    }),
  );
});

test("property: nothing moves within its time of rest", () => {
  fc.assert(
    fc.property(range, fc.array(share, { minLength: 1, maxLength: 64 }), fc.nat(59_999), (given, utilizations, ms) => {
      const wanted = Math.min(given.maxNodes, Math.max(given.minNodes, utilizations.length));
      const answer = wantedNodes(given, { wanted, utilizations, sinceChange: ms });
      assert.ok(answer >= wanted, "it shrank within a minute");
      if (ms < 5_000) assert.equal(answer, wanted);
    }),
  );
});

test("property: a constant load comes to rest, and stays there", () => {
  fc.assert(
    fc.property(
      range,
      fc.double({ min: 0, max: 64, noNaN: true }),
      fc.integer({ min: 1, max: 64 }),
      (given, work, start) => {
        let wanted = start;
        const directions = new Set<number>();
        for (let step = 0; step < 200; step++) {
          const utilizations = Array<number>(wanted).fill(Math.min(1, work / wanted));
          const next = wantedNodes(given, { wanted, utilizations, sinceChange: LONG });
          if (step > 0 && next !== wanted) directions.add(Math.sign(next - wanted));
          wanted = next;
        }
        assert.ok(directions.size <= 1, "it goes back and forth");
        const utilizations = Array<number>(wanted).fill(Math.min(1, work / wanted));
        assert.equal(wantedNodes(given, { wanted, utilizations, sinceChange: LONG }), wanted);
      },
    ),
  );
});
