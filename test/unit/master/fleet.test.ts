// The table of nodes: ids, places, and what is remembered of a place.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Fleet, type NodeRecord } from "#src/master/fleet.js";
import { type NodeEvent, transitions } from "#src/master/node-state.js";

test("nodes are numbered from 1, whatever place they fill", () => {
  const fleet = new Fleet();
  assert.deepEqual(
    [fleet.add(3, 0), fleet.add(0, 0), fleet.add(3, 0)].map(({ id }) => id),
    ["node-1", "node-2", "node-3"],
  );
  assert.equal(fleet.size, 3);
  assert.equal(fleet.get("node-2")?.place, 0);
  assert.equal(fleet.get("node-4"), undefined);
});

test("a place is filled while its node starts or serves, and free from its drain on", () => {
  const fleet = new Fleet();
  const node = fleet.add(0, 0);
  assert.equal(fleet.isFilled(0), true);
  assert.equal(fleet.isFilled(1), false);
  assert.equal(fleet.serving, 0);
  fleet.move(node, "ready", 5);
  assert.equal(fleet.isFilled(0), true);
  assert.equal(fleet.serving, 1);
  assert.equal(node.servingSince, 5);
  fleet.move(node, "draining", 6);
  assert.equal(fleet.isFilled(0), false);
  assert.equal(fleet.serving, 0);
  assert.equal(fleet.size, 1);
  fleet.move(node, "exit", 7);
  assert.equal(fleet.size, 0);
  assert.deepEqual(fleet.all(), []);
});

test("a place remembers how many of its nodes died young, one after another", () => {
  const fleet = new Fleet();
  end(fleet, fleet.add(0, 0), 0);
  const served = fleet.add(0, 0);
  fleet.move(served, "ready", 100);
  end(fleet, served, 1_099);
  assert.deepEqual(fleet.history(0), { diedYoung: 2 });
  assert.deepEqual(fleet.history(1), { diedYoung: 0 });
  const lasted = fleet.add(0, 2_000);
  fleet.move(lasted, "ready", 2_100);
  end(fleet, lasted, 3_100);
  assert.deepEqual(fleet.history(0), { diedYoung: 0 });
});

test("an orderly end is no early death", () => {
  const fleet = new Fleet();
  const node = fleet.add(0, 0);
  fleet.move(node, "ready", 1);
  fleet.move(node, "drain", 2);
  end(fleet, node, 3);
  assert.deepEqual(fleet.history(0), { diedYoung: 0 });
});

test("an event that a node's state does not know changes nothing", () => {
  const fleet = new Fleet();
  const node = fleet.add(0, 0);
  fleet.move(node, "ready", 1);
  const before = { ...node };
  assert.throws(() => fleet.move(node, "ready", 2), { code: "MN_ERR_ILLEGAL_TRANSITION" });
  assert.deepEqual(node, before);
  end(fleet, node, 3);
  assert.throws(() => fleet.move(node, "exit", 4), { code: "MN_ERR_ILLEGAL_TRANSITION" });
  assert.equal(fleet.size, 0);
});

test("property: no id is used twice, no place has two active nodes, and the ended leave the table", () => {
  const events = fc.constantFrom<NodeEvent>("ready", "drain", "draining", "overdue", "exit");
  const steps = fc.array(fc.record({ place: fc.nat(3), pick: fc.nat(), event: events }), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (list) => {
      const fleet = new Fleet();
      const ids: string[] = [];
      for (const [now, { place, pick, event }] of list.entries()) {
        if (!fleet.isFilled(place)) ids.push(fleet.add(place, now).id);
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
  assert.equal(fleet.serving, fleet.all().filter(({ state }) => state === "serving").length);
}

function end(fleet: Fleet, node: NodeRecord, now: number): void {
  fleet.move(node, "exit", now);
}
