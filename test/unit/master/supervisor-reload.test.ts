// A rolling reload as the supervisor carries it out: what nodes are told, what fails, what comes in between.
import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeWorld, serving } from "../../helpers/fake-world.js";

const RELOAD = { type: "reload" } as const;

test("each node drains when its successor serves, and the reload is over when the last old one is gone", async () => {
  const world = serving(2);
  const asked = world.order(RELOAD);
  assert.deepEqual(world.spawned.slice(2), ["node-3"]);
  assert.deepEqual(world.heard("node-1"), []);
  world.say("node-3", "ready");
  assert.deepEqual(world.heard("node-1"), ["drain"]);
  assert.deepEqual(world.spawned.slice(2), ["node-3", "node-4"]);
  world.say("node-4", "ready");
  world.exit("node-1");
  await Promise.resolve();
  assert.equal(asked.outcome, "waiting");
  world.exit("node-2");
  await asked.settled;
  assert.equal(asked.outcome, "done");
  assert.deepEqual(world.reloads, [{ state: "started" }, { state: "done" }]);
  assert.equal(world.spawned.length, 4);
  assert.deepEqual(world.logged, [], "orderly ends are no news");
  assert.deepEqual(
    world.exits.map(({ id, reason }) => [id, reason]),
    [
      ["node-1", "drained"],
      ["node-2", "drained"],
    ],
  );
});

test("a new program that does not start: the old nodes go on, and whoever asked hears what it said", async () => {
  const world = serving(2);
  const asked = world.order(RELOAD);
  world.exit("node-3", { code: 1, lastError: "SyntaxError: Unexpected token" });
  await asked.settled;
  assert.ok(asked.outcome instanceof Error);
  assert.equal(asked.outcome.code, "MN_ERR_RELOAD_FAILED");
  const { nodes } = await world.status();
  assert.deepEqual(
    nodes.map(({ id, restarts, lastExit }) => [id, restarts, lastExit]),
    [
      ["node-1", 0, undefined],
      ["node-2", 0, undefined],
    ],
  );
  assert.match(asked.outcome.message, /node-3 ended with code 1 \(SyntaxError: Unexpected token\) before it served$/);
  assert.deepEqual([world.spawned.length, world.killed, world.sent], [3, [], []]);
  assert.deepEqual(await states(world), ["node-1 serving", "node-2 serving"]);
  assert.deepEqual(world.deadlines, []);
  assert.equal(world.reloads[1]?.state, "failed");
});

test("a new program that hangs at its start is killed at readyTimeout, and that is the end of the reload", async () => {
  const world = serving(1, { readyTimeout: 700 });
  const asked = world.order(RELOAD);
  world.pass(700);
  assert.deepEqual(world.killed, ["node-2"]);
  world.exit("node-2", { signal: "SIGKILL" });
  await asked.settled;
  assert.ok(asked.outcome instanceof Error);
  assert.match(asked.outcome.message, /the new node-2 did not serve within readyTimeout and was killed$/);
  assert.deepEqual(await states(world), ["node-1 serving"]);
});

test("a reload that fails counts for nothing else: not as deaths, nor as starts that failed", async () => {
  const restart = { intensity: 1, period: 60_000, beyond: "give-up" } as const;
  const world = serving(1, { restart });
  for (let time = 0; time < 6; time++) {
    const asked = world.order(RELOAD);
    world.exit(world.spawned.at(-1) as string, { code: 1 });
    await asked.settled;
  }
  assert.deepEqual(world.ends, []);
  world.pass(5_000);
  world.exit("node-1", { signal: "SIGSEGV" });
  assert.deepEqual(world.ends, [], "the first death of all is healed");
  assert.equal(world.spawned.at(-1), "node-8");
});

test("an old node that dies while its successor starts is not replaced twice", async () => {
  const world = serving(1);
  const asked = world.order(RELOAD);
  world.exit("node-1", { signal: "SIGKILL" });
  assert.deepEqual(world.spawned, ["node-1", "node-2"]);
  world.say("node-2", "ready");
  await asked.settled;
  assert.equal(asked.outcome, "done");
});

test("a place whose old node died keeps its new one when the reload fails elsewhere", async () => {
  const world = serving(2, { surge: 2 });
  const asked = world.order(RELOAD);
  world.exit("node-2", { signal: "SIGKILL" });
  world.exit("node-3", { code: 1 });
  await asked.settled;
  assert.deepEqual(await states(world), ["node-1 serving", "node-4 spawning"]);
  assert.deepEqual(world.heard("node-4"), []);
});

test("a successor that is dropped while its old node dies leaves no place empty", async () => {
  const world = serving(2, { surge: 2 });
  world.order(RELOAD);
  world.exit("node-3", { code: 1 });
  assert.deepEqual(world.heard("node-4"), ["drain"]);
  world.exit("node-2", { signal: "SIGKILL" });
  world.exit("node-4");
  assert.deepEqual(await states(world), ["node-1 serving", "node-5 spawning"]);
});

test("a place that waits out its back-off is filled at once by a reload, with the new program", async () => {
  const world = new FakeWorld({ places: 1, masterServes: true }).start();
  for (const id of ["node-1", "node-2"]) world.exit(id, { code: 1 });
  assert.deepEqual(world.waiting("fill"), [100]);
  const asked = world.order(RELOAD);
  assert.equal(world.spawned.at(-1), "node-3");
  world.say("node-3", "ready");
  await asked.settled;
  assert.equal(asked.outcome, "done");
  world.pass(100);
  assert.equal(world.spawned.length, 3);
});

test("without restartChildren a reload replaces those that serve, and fills no place of a dead one", async () => {
  const world = serving(2, { restartChildren: false });
  world.exit("node-1", { code: 1 });
  const asked = world.order(RELOAD);
  assert.deepEqual(world.spawned.slice(2), ["node-3"]);
  world.say("node-3", "ready");
  world.exit("node-2");
  await asked.settled;
  assert.equal(asked.outcome, "done");
  assert.equal(world.ends.length, 0);
  assert.equal(world.spawned.length, 3);
});

test("a node that ends of its own accord during a reload is replaced once, by the new program", async () => {
  const world = serving(2);
  const asked = world.order(RELOAD);
  world.say("node-2", "draining");
  assert.deepEqual(world.spawned.slice(2), ["node-3", "node-4"]);
  for (const id of ["node-3", "node-4"]) world.say(id, "ready");
  for (const id of ["node-1", "node-2"]) world.exit(id);
  await asked.settled;
  assert.deepEqual([asked.outcome, world.spawned.length], ["done", 4]);
});

test("a reload before the first node serves replaces it as soon as it does", async () => {
  const world = new FakeWorld({ places: 1 }).start();
  const asked = world.order(RELOAD);
  assert.deepEqual(world.spawned, ["node-1"]);
  world.say("node-1", "ready");
  assert.deepEqual(world.spawned, ["node-1", "node-2"]);
  world.say("node-2", "ready");
  world.exit("node-1");
  await asked.settled;
  assert.equal(asked.outcome, "done");
});

test("a stop ends a reload, and none can be asked for any more", async () => {
  const world = serving(1);
  const running = world.order(RELOAD);
  world.stop();
  await running.settled;
  assert.equal((running.outcome as { code?: string }).code, "MN_ERR_RELOAD_FAILED");
  const late = world.order(RELOAD);
  await late.settled;
  assert.equal((late.outcome as { code?: string }).code, "MN_ERR_CLOSED");
  assert.deepEqual(world.heard("node-2"), ["drain"]);
  for (const id of ["node-1", "node-2"]) world.exit(id);
  const last = world.order(RELOAD);
  await last.settled;
  assert.equal((last.outcome as { code?: string }).code, "MN_ERR_CLOSED");
  assert.deepEqual([world.ends, world.spawned.length], [[undefined], 2]);
});

async function states(world: FakeWorld): Promise<string[]> {
  const { nodes } = await world.status();
  return nodes.map(({ id, state }) => `${id} ${state}`);
}
