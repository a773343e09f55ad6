// How many nodes are wanted: who waits for the number, and when the load asks for another.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Sizing } from "#src/master/sizing.js";
import { Asked } from "../../helpers/asked.js";
import { addNode, fleetOf } from "../../helpers/fleet-of.js";
import { beatOf } from "../../helpers/beat.js";

const RANGE = { minNodes: 1, maxNodes: 4 };

test("it is complete when each place has a node that serves", () => {
  assert.equal(new Sizing(fleetOf("serving", "spawning"), 2, undefined, 0).isComplete, false);
  assert.equal(new Sizing(fleetOf("serving", "draining"), 2, undefined, 0).isComplete, false);
  assert.equal(new Sizing(fleetOf("serving", "serving"), 2, undefined, 0).isComplete, true);
  assert.equal(new Sizing(fleetOf("serving", "serving", "serving"), 2, undefined, 0).isComplete, true);
  assert.equal(new Sizing(fleetOf(), 0, undefined, 0).isComplete, true);
});

test("two nodes in one place do not make up for an empty one", () => {
  const fleet = fleetOf("serving");
  addNode(fleet, "serving", { place: 0 });
  assert.equal(new Sizing(fleet, 2, undefined, 0).isComplete, false);
});

test("whoever asked for another number waits until as many serve", async () => {
  const fleet = fleetOf("serving");
  const sizing = new Sizing(fleet, 1, undefined, 0);
  const asked = new Asked(sizing.resize(2, 10));
  assert.equal(sizing.places, 2);
  sizing.settle();
  await Promise.resolve();
  assert.equal(asked.outcome, "waiting");
  addNode(fleet, "serving", { place: 1 });
  sizing.settle();
  await asked.settled;
  assert.equal(asked.outcome, "done");
});

test("two who ask wait for the last number", async () => {
  const fleet = fleetOf("serving", "serving");
  const sizing = new Sizing(fleet, 1, undefined, 0);
  const both = [new Asked(sizing.resize(2, 0)), new Asked(sizing.resize(3, 0))];
  sizing.settle();
  await Promise.resolve();
  assert.deepEqual(
    both.map(({ outcome }) => outcome),
    ["waiting", "waiting"],
  );
  addNode(fleet, "serving", { place: 2 });
  sizing.settle();
  await Promise.all(both.map(({ settled }) => settled));
  assert.deepEqual(
    both.map(({ outcome }) => outcome),
    ["done", "done"],
  );
});

test("whoever waits hears when it will not come to that, and the next one may wait anew", async () => {
  const sizing = new Sizing(fleetOf("serving"), 1, undefined, 0);
  const error = new Error("no database");
  sizing.fail(error);
  const first = sizing.resize(2, 0);
  sizing.fail(error);
  await assert.rejects(first, error);
  const second = sizing.resize(2, 0);
  sizing.fail();
  await assert.rejects(second, { code: "MN_ERR_CLOSED", message: "the service ends" });
});

test("without a range no load changes the number", () => {
  const fleet = fleetOf("serving");
  beat(fleet, 1);
  assert.equal(new Sizing(fleet, 1, undefined, 0).forLoad(1e9), undefined);
});

test("the load asks for another number, a time of rest after the start and after each change", () => {
  const fleet = fleetOf("serving", "serving");
  beat(fleet, 0.9);
  const sizing = new Sizing(fleet, 2, RANGE, 1_000_000);
  assert.equal(sizing.forLoad(1_004_999), undefined);
  assert.equal(sizing.forLoad(1_005_000), 3);
  void sizing.resize(3, 1_005_000);
  addNode(fleet, "serving", { place: 2 });
  beat(fleet, 0.9);
  assert.equal(sizing.forLoad(1_009_999), undefined);
  assert.equal(sizing.forLoad(1_010_000), 4);
});

test("a node that has told nothing yet is not taken for one without work", () => {
  const fleet = fleetOf("serving", "serving");
  const sizing = new Sizing(fleet, 2, RANGE, 0);
  assert.equal(sizing.forLoad(1e9), undefined);
  beat(fleet, 0);
  assert.equal(sizing.forLoad(1e9), 1);
});

function beat(fleet: ReturnType<typeof fleetOf>, utilization: number): void {
  for (const node of fleet.serving) node.beat = beatOf({ rss: 1, served: 0, connections: 0, utilization });
}
