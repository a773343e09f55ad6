// How many nodes there are: changed by whoever asks, or by the load; and what happens when they die too often.
import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeWorld, serving } from "../../helpers/fake-world.js";

test("more nodes: the missing ones start, and whoever asked waits until they serve", async () => {
  const world = serving(1);
  const asked = world.order({ type: "resize", nodes: 3 });
  assert.deepEqual(world.spawned, ["node-1", "node-2", "node-3"]);
  world.say("node-3", "ready");
  await Promise.resolve();
  assert.equal(asked.outcome, "waiting");
  world.say("node-2", "ready");
  await asked.settled;
  assert.deepEqual([asked.outcome, world.supervisor.places], ["done", 3]);
});

test("fewer nodes: the last places are drained and not filled again", async () => {
  const world = serving(3);
  const asked = world.order({ type: "resize", nodes: 1 });
  assert.deepEqual(
    ["node-1", "node-2", "node-3"].map((id) => world.heard(id)),
    [[], ["drain"], ["drain"]],
  );
  await asked.settled;
  assert.equal(asked.outcome, "done");
  for (const id of ["node-2", "node-3"]) world.exit(id);
  world.pass(60_000);
  assert.deepEqual([world.spawned.length, world.ends, world.deadlines], [3, [], []]);
});

test("fewer nodes, while some of them still start or wait to", async () => {
  const world = new FakeWorld({ places: 3 }).start();
  world.say("node-1", "ready");
  for (const id of ["node-3", "node-4"]) world.exit(id, { code: 1 });
  assert.deepEqual(world.waiting("fill"), [100]);
  const asked = world.order({ type: "resize", nodes: 1 });
  await asked.settled;
  assert.deepEqual([asked.outcome, world.heard("node-2")], ["done", ["drain"]]);
  assert.equal(world.readies.at(-1), true, "all that are wanted serve now");
  world.exit("node-2");
  world.pass(60_000);
  assert.equal(world.spawned.length, 4);
});

test("back up again while the surplus still drains: the places get new nodes", async () => {
  const world = serving(2);
  world.order({ type: "resize", nodes: 1 });
  const asked = world.order({ type: "resize", nodes: 2 });
  assert.deepEqual(world.spawned, ["node-1", "node-2", "node-3"]);
  world.exit("node-2");
  world.say("node-3", "ready");
  await asked.settled;
  assert.equal(asked.outcome, "done");
});

test("a master that serves is one of them, and may be the only one", async () => {
  const world = serving(1, { masterServes: true });
  const more = world.order({ type: "resize", nodes: 3 });
  assert.deepEqual(world.spawned, ["node-1", "node-2"]);
  world.say("node-2", "ready");
  await more.settled;
  const alone = world.order({ type: "resize", nodes: 1 });
  await alone.settled;
  for (const id of ["node-1", "node-2"]) world.exit(id);
  assert.deepEqual([alone.outcome, world.ends, (await world.status()).wanted], ["done", [], 0]);
});

test("a node that does not come to serve: whoever asked hears why, and it is tried again", async () => {
  const world = serving(1);
  const asked = world.order({ type: "resize", nodes: 2 });
  world.exit("node-2", { code: 9, lastError: "Error: no memory" });
  await asked.settled;
  assert.ok(asked.outcome instanceof Error);
  assert.equal(asked.outcome.code, "MN_ERR_START_FAILED");
  assert.equal(
    asked.outcome.message,
    "fewer nodes of /srv/program.js serve than are wanted: node-2 ended with code 9 (Error: no memory)",
  );
  assert.deepEqual([world.spawned.at(-1), world.supervisor.places], ["node-3", 2]);
});

test("without restartChildren nobody waits for a node that has died", async () => {
  const world = serving(1, { restartChildren: false });
  const asked = world.order({ type: "resize", nodes: 3 });
  world.say("node-2", "ready");
  world.exit("node-2", { code: 9 });
  await asked.settled;
  assert.equal((asked.outcome as { code?: string }).code, "MN_ERR_START_FAILED");
});

test("without restartChildren the orderly end of what is left over is nothing that is missed", async () => {
  const world = serving(2, { restartChildren: false });
  world.order({ type: "resize", nodes: 1 });
  const asked = world.order({ type: "resize", nodes: 3 });
  world.exit("node-2");
  await Promise.resolve();
  assert.equal(asked.outcome, "waiting");
  for (const id of ["node-3", "node-4"]) world.say(id, "ready");
  await asked.settled;
  assert.equal(asked.outcome, "done");
});

test("a stop tells whoever waits, and whoever asks after it", async () => {
  const world = serving(1);
  const waiting = world.order({ type: "resize", nodes: 2 });
  world.stop();
  const late = world.order({ type: "resize", nodes: 3 });
  await Promise.all([waiting.settled, late.settled]);
  for (const { outcome } of [waiting, late]) assert.equal((outcome as { code?: string }).code, "MN_ERR_CLOSED");
  assert.equal(world.spawned.length, 2);
});

test("a resize during a reload changes both", async () => {
  const world = serving(2);
  const reload = world.order({ type: "reload" });
  const resize = world.order({ type: "resize", nodes: 1 });
  assert.deepEqual(world.heard("node-2"), ["drain"]);
  world.say("node-3", "ready");
  for (const id of ["node-1", "node-2"]) world.exit(id);
  await Promise.all([reload.settled, resize.settled]);
  assert.deepEqual([reload.outcome, resize.outcome, [...world.living]], ["done", "done", ["node-3"]]);
});

test("the number follows the load, one node at a time, with a rest after each", async () => {
  const world = serving(1, { scale: { minNodes: 1, maxNodes: 3 } });
  busy(world, 5_000, 0.9);
  assert.deepEqual(world.spawned, ["node-1", "node-2"]);
  world.say("node-2", "ready");
  busy(world, 4_000, 0.9);
  assert.equal(world.spawned.length, 2);
  busy(world, 1_000, 0.9);
  world.say("node-3", "ready");
  busy(world, 60_000, 0.9);
  assert.equal(world.spawned.length, 3, "no more than maxNodes");
  busy(world, 60_000, 0.1);
  assert.deepEqual([world.heard("node-3"), (await world.status()).wanted], [["drain"], 2]);
});

test("beyond the intensity the service ends, where that is asked for", () => {
  const world = serving(2, { restart: { intensity: 2, period: 60_000, beyond: "give-up" } });
  for (const id of ["node-1", "node-3", "node-4"]) {
    world.say(id, ...(id === "node-1" ? [] : (["ready"] as const)));
    world.pass(1_000);
    world.exit(id, { code: 3, lastError: "Error: gone" });
  }
  assert.deepEqual(world.heard("node-2"), ["drain"]);
  world.exit("node-2");
  assert.equal(world.ends.length, 1);
  assert.equal(world.ends[0]?.code, "MN_ERR_RESTART_INTENSITY");
  assert.match(world.ends[0].message, /^nodes of \/srv\/program\.js died 3 times within 60 s, .*\(Error: gone\)$/);
  assert.equal(world.timers.size, 0);
});

test("beyond the intensity each start waits longer, by default", () => {
  const world = serving(2, { restart: { intensity: 1, period: 60_000, beyond: "back-off" } });
  world.pass(1_000);
  world.exit("node-1", { code: 3 });
  assert.equal(world.spawned.at(-1), "node-3");
  world.exit("node-2", { code: 3 });
  assert.deepEqual([world.spawned.length, world.waiting("fill"), world.ends], [3, [5_000], []]);
  world.pass(5_000);
  assert.equal(world.spawned.at(-1), "node-4");
});

test("chance shortens a back-off, so that places do not start in step", () => {
  const world = new FakeWorld({ places: 1, masterServes: true });
  world.chance = 1;
  world.start();
  for (const id of ["node-1", "node-2"]) world.exit(id, { code: 1 });
  assert.deepEqual(world.waiting("fill"), [75]);
});

test("more nodes than can start at once: the next ones start when others serve or are gone", async () => {
  const world = serving(1, { startsAtOnce: 2 });
  const asked = world.order({ type: "resize", nodes: 5 });
  assert.deepEqual(world.spawned, ["node-1", "node-2", "node-3"]);
  world.pass(10_000);
  assert.equal(world.spawned.length, 3, "time alone makes no room");
  world.say("node-3", "ready");
  assert.equal(world.spawned.at(-1), "node-4");
  world.exit("node-2", { code: 1 });
  assert.deepEqual(world.spawned.slice(4), ["node-5"], "the lowest slot comes first");
  await asked.settled;
  assert.ok(asked.outcome instanceof Error);
  for (const id of ["node-4", "node-5", "node-6"]) world.say(id, "ready");
  const { nodes } = await world.status();
  assert.deepEqual(
    nodes.map(({ place, state }) => `${place} ${state}`).sort(),
    [0, 1, 2, 3, 4].map((place) => `${place} serving`),
  );
});

test("a few nodes are started in each turn of the event loop, whatever the number", () => {
  const world = new FakeWorld({ places: 10, startsAtOnce: 100 }).start();
  assert.equal(world.spawned.length, 4);
  for (const started of [8, 10]) {
    world.supervisor.tell({ type: "turn" });
    assert.equal(world.spawned.length, started);
  }
});

test("a reload starts no more successors than may start at once", () => {
  const world = serving(6, { surge: 6, startsAtOnce: 2 });
  world.order({ type: "reload" });
  assert.equal(world.spawned.length, 8);
  world.say("node-7", "ready");
  assert.equal(world.spawned.length, 9);
});

test("fewer nodes, or the end, while some wait for their start: those are never started", () => {
  const world = new FakeWorld({ places: 6, startsAtOnce: 1 }).start();
  world.order({ type: "resize", nodes: 2 });
  for (const id of ["node-1", "node-2"]) world.say(id, "ready");
  world.pass(60_000);
  assert.deepEqual(world.spawned, ["node-1", "node-2"]);
  world.order({ type: "resize", nodes: 4 });
  world.stop();
  world.exit("node-3");
  assert.equal(world.spawned.length, 3);
});

test("a number of nodes that is not taken is refused, whoever asks", async () => {
  const world = serving(1);
  for (const nodes of [0, -1, 1.5, 1_025, 1e15, Number.NaN, Number.POSITIVE_INFINITY]) {
    const asked = world.order({ type: "resize", nodes });
    await asked.settled;
    assert.equal((asked.outcome as { code?: string }).code, "MN_ERR_OPTION", String(nodes));
  }
  assert.deepEqual([world.spawned.length, world.supervisor.places], [1, 1]);
});

/** Time passes, in which all nodes tell that they are so busy. */
function busy(world: FakeWorld, ms: number, utilization: number): void {
  for (let passed = 0; passed < ms; passed += 1_000) {
    for (const id of world.living) if (!world.heard(id).includes("drain")) world.beat(id, { utilization });
    world.pass(1_000);
  }
}
