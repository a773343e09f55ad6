// A successor serves beside the node that it replaces before that one goes: new code may fail just after its start.
import assert from "node:assert/strict";
import { test } from "node:test";
import { PROBATION_MS } from "#src/master/rollout.js";
import { type FakeWorld, serving } from "../../helpers/fake-world.js";

const RELOAD = { type: "reload" } as const;

test("the old node drains only when its successor has served for a while", () => {
  const world = proving(2);
  void world.order(RELOAD);
  world.say("node-3", "ready");
  assert.deepEqual(world.heard("node-1"), []);
  assert.deepEqual(world.spawned.slice(2), ["node-3"], "one at a time, those that prove themselves counted");
  world.pass(PROBATION_MS);
  assert.deepEqual(world.heard("node-1"), ["drain"]);
  assert.deepEqual(world.spawned.slice(2), ["node-3", "node-4"]);
});

test("a successor that dies meanwhile gives the reload up: the old node goes on, and no place is refilled", async () => {
  const world = proving(1);
  const asked = world.order(RELOAD);
  world.say("node-2", "ready");
  world.exit("node-2", { code: 1, lastError: "Error: later" });
  await asked.settled;
  assert.match(
    String(asked.outcome),
    /the new node-2 ended with code 1 \(Error: later\) just after it had begun to serve/,
  );
  world.pass(PROBATION_MS);
  assert.deepEqual([world.heard("node-1"), world.spawned], [[], ["node-1", "node-2"]]);
});

test("with surge 2, the other successor goes too when one fails", async () => {
  const world = proving(2, 2);
  const asked = world.order(RELOAD);
  world.say("node-3", "ready");
  world.say("node-4", "ready");
  world.exit("node-3", { code: 1 });
  await asked.settled;
  assert.deepEqual(world.heard("node-4"), ["drain"]);
  assert.deepEqual([world.heard("node-1"), world.heard("node-2")], [[], []]);
});

test("an old node that dies meanwhile leaves its place to the successor", async () => {
  const world = proving(1);
  const asked = world.order(RELOAD);
  world.say("node-2", "ready");
  world.exit("node-1", { signal: "SIGKILL" });
  await asked.settled;
  assert.equal(asked.outcome, "done");
  world.pass(PROBATION_MS);
  assert.deepEqual([world.heard("node-2"), world.spawned], [[], ["node-1", "node-2"]]);
});

function proving(places: number, surge = 1): FakeWorld {
  const world = serving(places, { surge });
  world.probation = "real";
  return world;
}
