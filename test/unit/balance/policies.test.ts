// Which candidate gets a connection.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Candidate } from "#src/balance/candidates.js";
import { chosen, leastConnections, roundRobin } from "#src/balance/policies.js";

function holding(connections: number, id = "node-1"): Candidate {
  return { id, connections, utilization: 0 };
}

function named(...ids: string[]): Candidate[] {
  return ids.map((id) => holding(0, id));
}

/** The ids that are chosen one after another. */
function turns(candidates: readonly Candidate[], count: number, last?: string): (string | undefined)[] {
  const ids: (string | undefined)[] = [];
  for (let step = 0; step < count; step++) ids.push(roundRobin(candidates, ids.at(-1) ?? last)?.id);
  return ids;
}

describe("least connections", () => {
  test("the one that holds the fewest is chosen", () => {
    assert.equal(leastConnections([holding(3), holding(1), holding(2)], 0), 1);
    assert.equal(leastConnections([holding(3), holding(1), holding(2)], 7), 1);
  });

  test("there may be nobody", () => {
    assert.equal(leastConnections([], 5), -1);
  });

  test("property: always one of the fewest, and each of them once in as many turns", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5), { minLength: 1 }), fc.nat(), (counts, turn) => {
        const candidates = counts.map((count) => holding(count));
        const fewest = counts.flatMap((count, index) => (count === Math.min(...counts) ? [index] : []));
        const choices = fewest.map((_, step) => leastConnections(candidates, turn + step));
        assert.deepEqual(
          choices.toSorted((a, b) => a - b),
          fewest,
        );
      }),
    );
  });

  test("property: connections that all stay end up even, whatever was there before", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 1, maxLength: 8 }), (before) => {
        const counts = [...before];
        const missing = counts.length * 20 - counts.reduce((sum, count) => sum + count, 0);
        for (let turn = 0; turn < missing; turn++) {
          const index = leastConnections(
            counts.map((count) => holding(count)),
            turn,
          );
          counts[index] = (counts[index] as number) + 1;
        }
        assert.deepEqual(new Set(counts), new Set([20]));
      }),
    );
  });
});

describe("round robin", () => {
  test("they take turns in the order of their numbers, the master first", () => {
    const candidates = named("node-10", "node-9", "master", "node-2");
    assert.deepEqual(turns(candidates, 5), ["master", "node-2", "node-9", "node-10", "master"]);
  });

  test("one that was replaced is followed by whoever came after it", () => {
    assert.deepEqual(turns(named("node-1", "node-3", "node-4"), 3, "node-2"), ["node-3", "node-4", "node-1"]);
    assert.deepEqual(turns(named("node-1", "node-2"), 1, "node-7"), ["node-1"]);
  });

  test("one alone is always chosen, and nobody where there is none", () => {
    assert.deepEqual(turns(named("node-1"), 2), ["node-1", "node-1"]);
    assert.equal(roundRobin([], "node-1"), undefined);
  });

  const numbers = fc.uniqueArray(fc.nat(120), { minLength: 1, maxLength: 12 });

  test("property: each gets one in as many turns, wherever they begin and in whatever order they come", () => {
    fc.assert(
      fc.property(numbers, fc.option(fc.nat(120), { nil: undefined }), (list, last) => {
        const candidates = named(...list.map((number) => `node-${number}`));
        const ids = turns(candidates, candidates.length, last === undefined ? undefined : `node-${last}`);
        assert.equal(new Set(ids).size, candidates.length);
      }),
    );
  });

  test("property: one that stays gets neither two in a row nor none while others come and go", () => {
    // Each step names who is there besides node-50 and node-51.
    fc.assert(
      fc.property(fc.array(fc.uniqueArray(fc.nat(99)), { minLength: 1, maxLength: 60 }), (steps) => {
        const present = steps.map((others) => ["node-50", "node-51", ...others.map((number) => `node-${number}`)]);
        let last: string | undefined;
        const counts = { "node-50": 0, "node-51": 0 };
        for (const ids of present) {
          last = roundRobin(named(...new Set(ids)), last)?.id;
          if (last === "node-50" || last === "node-51") counts[last]++;
        }
        assert.ok(Math.abs(counts["node-50"] - counts["node-51"]) <= 1);
      }),
    );
  });
});

describe("what a function chose", () => {
  const candidates = named("node-1", "node-2");

  test("an id, a candidate or a copy of it", () => {
    assert.equal(chosen("node-2", candidates), candidates[1]);
    assert.equal(chosen(candidates[0], candidates), candidates[0]);
    assert.equal(chosen({ ...candidates[0], connections: 7 }, candidates), candidates[0]);
  });

  test("nonsense is nobody", () => {
    const nonsense = [
      "",
      "node-3",
      1,
      0,
      Number.NaN,
      null,
      undefined,
      true,
      {},
      [],
      ["node-1"],
      { id: 1 },
      Promise.resolve("node-1"),
    ];
    for (const result of nonsense) assert.equal(chosen(result, candidates), undefined);
    assert.equal(chosen(undefined, []), undefined);
  });

  test("property: anything else is nobody, and nothing throws", () => {
    fc.assert(fc.property(fc.anything(), (result) => assert.equal(chosen(result, candidates), undefined)));
  });
});
