// Who gets a successor next: never more at once than surge, each place once, until all are of the new generation.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { NodeState } from "#src/master/node-state.js";
import { type Candidate, isReloaded, nextToReplace } from "#src/master/reload.js";

test("outdated nodes that serve, as many as surge", () => {
  const nodes = [1, 2, 3].map((number) => candidate(number, "serving"));
  assert.deepEqual(nextToReplace({ nodes, target: 1, surge: 1 }), ["node-1"]);
  assert.deepEqual(nextToReplace({ nodes, target: 1, surge: 2 }), ["node-1", "node-2"]);
  assert.deepEqual(nextToReplace({ nodes, target: 1, surge: 9 }), ["node-1", "node-2", "node-3"]);
  assert.deepEqual(nextToReplace({ nodes, target: 0, surge: 9 }), []);
});

test("those that are due get one without a reload, too", () => {
  const nodes = [candidate(1, "serving"), candidate(2, "serving", { due: true })];
  assert.deepEqual(nextToReplace({ nodes, target: 0, surge: 2 }), ["node-2"]);
});

test("a successor on its way takes one of the places of surge, and its forerunner gets no other", () => {
  const nodes = [candidate(1, "serving"), candidate(2, "serving"), successor(3, "node-1", 1)];
  assert.deepEqual(nextToReplace({ nodes, target: 1, surge: 1 }), []);
  assert.deepEqual(nextToReplace({ nodes, target: 1, surge: 2 }), ["node-2"]);
});

test("a successor that proves itself takes one of the places of surge, and is not replaced itself before that", () => {
  const proving = { ...successor(3, "node-1", 0), state: "serving" as const, due: true };
  const nodes = [candidate(1, "serving"), candidate(2, "serving"), proving];
  assert.deepEqual(nextToReplace({ nodes, target: 1, surge: 1 }), []);
  assert.deepEqual(nextToReplace({ nodes, target: 1, surge: 3 }), ["node-2"]);
  const proven = [candidate(1, "draining"), proving];
  assert.deepEqual(nextToReplace({ nodes: proven, target: 1, surge: 1 }), ["node-3"]);
});

test("a node that starts in an empty place is nobody's successor and takes nothing of surge", () => {
  const nodes = [candidate(1, "serving"), candidate(2, "spawning", { generation: 1 })];
  assert.deepEqual(nextToReplace({ nodes, target: 1, surge: 1 }), ["node-1"]);
});

test("only nodes that serve are replaced", () => {
  const states = ["spawning", "hung", "draining", "exited"] as const;
  const nodes = states.map((state, index) => candidate(index + 1, state, { due: true }));
  assert.deepEqual(nextToReplace({ nodes, target: 1, surge: 9 }), []);
});

const DONE: [title: string, nodes: Candidate[], done: boolean][] = [
  ["nobody is there", [], true],
  ["all are new and serve", [candidate(1, "serving", { generation: 1 })], true],
  ["a new one drains", [candidate(1, "draining", { generation: 1 })], true],
  ["a new one starts", [candidate(1, "spawning", { generation: 1 })], false],
  ["an old one serves", [candidate(1, "serving")], false],
  ["an old one drains", [candidate(1, "serving", { generation: 1 }), candidate(2, "draining")], false],
  ["an old one hangs", [candidate(1, "hung")], false],
];

for (const [title, nodes, done] of DONE) {
  test(`${title}: the reload is ${done ? "" : "not "}over`, () => {
    assert.equal(isReloaded({ nodes, target: 1, surge: 1 }), done);
  });
}

test("property: a reload ends, with a new node in each place, and never more successors at once than surge", () => {
  const places = fc.integer({ min: 0, max: 8 });
  fc.assert(
    fc.property(
      places,
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.nat(), { maxLength: 400 }),
      (count, surge, picks) => {
        const fleet = Array.from({ length: count }, (_, place) => candidate(place + 1, "serving", { place }));
        let steps = 0;
        const view = (): { nodes: Candidate[]; target: number; surge: number } => ({ nodes: fleet, target: 1, surge });
        for (; !isReloaded(view()); steps++) {
          assert.ok(steps < 10 * count + 10, "it does not end");
          startSuccessors(fleet, nextToReplace(view()));
          assertSound(fleet, count, surge);
          goOn(fleet, picks[steps] ?? 0);
        }
        assert.equal(fleet.length, count);
        assert.equal(new Set(fleet.map(({ place }) => place)).size, count);
      },
    ),
  );
});

function startSuccessors(fleet: Candidate[], ids: string[]): void {
  for (const id of ids) {
    const old = fleet.find((node) => node.id === id);
    assert.ok(old);
    fleet.push({ ...successor(fleet.length + 100, id, 1), id: `successor of ${id}`, place: old.place });
  }
}

function assertSound(fleet: Candidate[], places: number, surge: number): void {
  const starting = fleet.filter((node) => predecessor(fleet, node) !== undefined);
  assert.ok(starting.length <= surge, "more successors than surge");
  assert.equal(new Set(starting.map(({ place }) => place)).size, starting.length, "two successors in one place");
  const serving = new Set(fleet.filter(({ state }) => state === "serving").map(({ place }) => place));
  assert.equal(serving.size, places, "a place serves no more");
}

/** One thing that is under way goes on: a successor serves, or has proven itself so that its forerunner drains. */
function goOn(fleet: Candidate[], pick: number): void {
  const underWay = fleet.filter((node) => node.state !== "serving" || predecessor(fleet, node) !== undefined);
  const node = underWay[pick % underWay.length];
  assert.ok(node, "nothing is under way");
  if (node.state === "draining") fleet.splice(fleet.indexOf(node), 1);
  else if (node.state === "spawning") node.state = "serving";
  else Object.assign(predecessor(fleet, node) ?? {}, { state: "draining" });
}

function predecessor(fleet: Candidate[], { replaces }: Candidate): Candidate | undefined {
  return fleet.find(({ id, state }) => id === replaces && state === "serving");
}

function candidate(number: number, state: NodeState, more: Partial<Candidate> = {}): Candidate {
  return { id: `node-${number}`, place: number, generation: 0, state, due: false, replaces: undefined, ...more };
}

function successor(number: number, replaces: string, generation: number): Candidate {
  return candidate(number, "spawning", { replaces, generation });
}
