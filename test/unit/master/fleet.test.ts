// The table of nodes: ids, places, and what is remembered of a place.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { exitOf } from "#src/master/endings.js";
import { Fleet, type NodeRecord } from "#src/master/fleet.js";
import { type NodeEvent, transitions } from "#src/master/node-state.js";
import type { ExitReason, NodeExit } from "#src/role.js";

test("nodes are numbered from 1, whatever place they fill", () => {
  const fleet = new Fleet();
  assert.deepEqual(
    [add(fleet, 3, 0), add(fleet, 0, 0), add(fleet, 3, 0)].map(({ id }) => id),
    ["node-1", "node-2", "node-3"],
  );
  assert.equal(fleet.size, 3);
  assert.equal(fleet.get("node-2")?.place, 0);
  assert.equal(fleet.get("node-4"), undefined);
});

test("a place is filled while its node starts or serves, and free from its drain on", () => {
  const fleet = new Fleet();
  const node = add(fleet, 0, 0);
  assert.equal(fleet.isFilled(0), true);
  assert.equal(fleet.isFilled(1), false);
  assert.deepEqual(fleet.serving, []);
  fleet.move(node, "ready", 5);
  assert.equal(fleet.isFilled(0), true);
  assert.deepEqual(fleet.serving, [node]);
  assert.equal(node.servingSince, 5);
  fleet.move(node, "draining", 6);
  assert.equal(fleet.isFilled(0), false);
  assert.deepEqual(fleet.serving, []);
  assert.equal(fleet.size, 1);
  fleet.move(node, "exit", 7);
  assert.equal(fleet.size, 0);
  assert.deepEqual(fleet.all(), []);
});

test("a place remembers how many of its nodes died young, one after another", () => {
  const fleet = new Fleet();
  end(fleet, add(fleet, 0, 0), 0);
  const served = add(fleet, 0, 0);
  fleet.move(served, "ready", 100);
  end(fleet, served, 1_099);
  assert.equal(fleet.place(0).diedYoung, 2);
  assert.equal(fleet.place(1).diedYoung, 0);
  const lasted = add(fleet, 0, 2_000);
  fleet.move(lasted, "ready", 2_100);
  end(fleet, lasted, 3_100);
  assert.equal(fleet.place(0).diedYoung, 0);
});

test("an orderly end is no early death", () => {
  const fleet = new Fleet();
  const node = add(fleet, 0, 0);
  fleet.move(node, "ready", 1);
  fleet.move(node, "drain", 2);
  end(fleet, node, 3);
  assert.deepEqual([fleet.place(0).diedYoung, fleet.place(0).restarts], [0, 0]);
});

test("a place counts its deaths and keeps the last exit, an orderly one too", () => {
  const fleet = new Fleet();
  assert.deepEqual(fleet.place(0), { diedYoung: 0, restarts: 0, lastExit: undefined });
  const first = add(fleet, 0, 0);
  const death = end(fleet, first, 1);
  assert.deepEqual(fleet.place(0), { diedYoung: 1, restarts: 1, lastExit: death });
  const second = add(fleet, 0, 2);
  fleet.move(second, "drain", 3);
  const drained = end(fleet, second, 4);
  assert.deepEqual(fleet.place(0), { diedYoung: 1, restarts: 1, lastExit: drained });
});

test("a place starts for the first time until a node of it has died", () => {
  const fleet = new Fleet();
  assert.equal(fleet.firstStarts, 0);
  const [first, other] = [add(fleet, 0, 0), add(fleet, 1, 0)];
  assert.equal(fleet.firstStarts, 2);
  end(fleet, first, 1);
  add(fleet, 0, 2);
  assert.equal(fleet.firstStarts, 1);
  fleet.move(other, "ready", 3);
  assert.equal(fleet.firstStarts, 0);
});

test("places are filled by nodes that serve, each counted once, those beyond the wanted number not", () => {
  const fleet = new Fleet();
  for (const place of [0, 0, 1, 2]) fleet.move(add(fleet, place, 0), "ready", 1);
  add(fleet, 3, 0);
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((places) => fleet.filledPlaces(places)),
    [0, 1, 2, 3, 3],
  );
});

test("a hung node leaves its place free", () => {
  const fleet = new Fleet();
  const node = add(fleet, 0, 0);
  fleet.move(node, "ready", 1);
  fleet.move(node, "hang", 2);
  assert.deepEqual([fleet.isFilled(0), fleet.serving, fleet.filledPlaces(1), fleet.size], [false, [], 0, 1]);
});

const REASONS: [events: NodeEvent[], reason: ExitReason][] = [
  [["exit"], "died"],
  [["ready", "exit"], "died"],
  [["overdue", "exit"], "not-ready"],
  [["overdue", "ready", "exit"], "not-ready"],
  [["drain", "exit"], "drained"],
  [["drain", "overdue", "exit"], "drained"],
  [["draining", "exit"], "died"],
  [["ready", "drain", "exit"], "drained"],
  [["ready", "draining", "exit"], "drained"],
  [["ready", "draining", "overdue", "exit"], "drained"],
  [["ready", "hang", "exit"], "hung"],
  [["ready", "hang", "examined", "exit"], "hung"],
  [["ready", "hang", "draining", "exit"], "hung"],
  [["ready", "hang", "drain", "exit"], "hung"],
];

for (const [events, reason] of REASONS) {
  test(`${events.join(", ")}: the reason is ${reason}`, () => {
    const fleet = new Fleet();
    const node = add(fleet, 0, 0);
    for (const event of events) fleet.move(node, event, 1);
    assert.equal(node.reason, reason);
  });
}

test("a heartbeat counts from the moment at which a node serves", () => {
  const fleet = new Fleet();
  const node = add(fleet, 0, 10);
  fleet.move(node, "ready", 25_000);
  assert.deepEqual([node.servingSince, node.lastBeatAt, node.beat], [25_000, 25_000, undefined]);
});

test("an event that a node's state does not know changes nothing", () => {
  const fleet = new Fleet();
  const node = add(fleet, 0, 0);
  fleet.move(node, "ready", 1);
  const before = { ...node };
  assert.throws(() => fleet.move(node, "ready", 2), { code: "MN_ERR_ILLEGAL_TRANSITION" });
  assert.deepEqual(node, before);
  end(fleet, node, 3);
  assert.throws(() => fleet.move(node, "exit", 4), { code: "MN_ERR_ILLEGAL_TRANSITION" });
  assert.equal(fleet.size, 0);
});

test("property: no id is used twice, no place has two active nodes, and the ended leave the table", () => {
  const events = fc.constantFrom<NodeEvent>("ready", "hang", "examined", "drain", "draining", "overdue", "exit");
  const steps = fc.array(fc.record({ place: fc.nat(3), pick: fc.nat(), event: events }), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (list) => {
      const fleet = new Fleet();
      const ids: string[] = [];
      for (const [now, { place, pick, event }] of list.entries()) {
        if (!fleet.isFilled(place)) ids.push(add(fleet, place, now).id);
        const node = fleet.all()[pick % fleet.size];
        if (node !== undefined && transitions[node.state][event] !== undefined) fleet.move(node, event, now);
        holds(fleet, ids);
      }
    }),
  );
});

function holds(fleet: Fleet, ids: string[]): void {
  assert.equal(new Set(ids).size, ids.length);
  const active = fleet.all().filter(({ state }) => state === "spawning" || state === "serving");
  assert.equal(new Set(active.map(({ place }) => place)).size, active.length);
  assert.ok(fleet.all().every(({ state }) => state !== "exited"));
  assert.ok(fleet.all().every(({ state, servingSince }) => state !== "serving" || servingSince !== undefined));
  assert.deepEqual(
    fleet.serving,
    fleet.all().filter(({ state }) => state === "serving"),
  );
  assert.ok(fleet.firstStarts <= active.length);
  assert.equal(fleet.filledPlaces(4), new Set(fleet.serving.map(({ place }) => place)).size);
}

function add(fleet: Fleet, place: number, now: number): NodeRecord {
  return fleet.add({ place, generation: 0, replaces: undefined, jitter: 0 }, now);
}

function end(fleet: Fleet, node: NodeRecord, now: number): NodeExit {
  fleet.move(node, "exit", now);
  const exit = exitOf(node, { code: 0, signal: null, lastError: undefined }, now);
  fleet.noteExit(node, exit, now, 1_000);
  return exit;
}
