// What nodes ask of the master, what it answers, and what becomes of one that breaks the rules of their talk.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Order, ToNode } from "#src/protocol.js";
import { FakeWorld, serving } from "../../helpers/fake-world.js";

test("a node that asks is answered by number, when what it asked for is done", async () => {
  const world = serving(1);
  ask(world, "node-1", 7, { type: "reload" });
  ask(world, "node-1", 8, { type: "resize", nodes: 1 });
  await settled();
  assert.deepEqual(answers(world, "node-1"), [{ type: "answer", number: 8, value: undefined }]);
  world.say("node-2", "ready");
  world.exit("node-1");
  await settled();
  assert.deepEqual(answers(world, "node-1").at(-1), { type: "answer", number: 7, value: undefined });
});

test("what a node asks for counts as what the master's own program asks for", async () => {
  const world = serving(2);
  const own = world.order({ type: "reload" });
  ask(world, "node-2", 1, { type: "reload" });
  assert.equal(world.reloads.length, 1, "the second follows the first");
  world.exit("node-3", { code: 1 });
  await own.settled;
  assert.equal(world.reloads.length, 3);
  assert.deepEqual(answers(world, "node-2"), []);
});

test("what cannot be done is refused, with its code and in the master's words", async () => {
  const world = serving(1);
  ask(world, "node-1", 3, { type: "reload" });
  world.exit("node-2", { code: 1, lastError: "Error: no database" });
  await settled();
  assert.deepEqual(answers(world, "node-1"), [
    {
      type: "refusal",
      number: 3,
      code: "MN_ERR_RELOAD_FAILED",
      message:
        "the reload was given up, the old nodes go on: " +
        "the new node-2 ended with code 1 (Error: no database) before it served",
    },
  ]);
  world.stop();
  ask(world, "node-1", 4, { type: "resize", nodes: 3 });
  await settled();
  assert.deepEqual(answers(world, "node-1").at(-1), {
    type: "refusal",
    number: 4,
    code: "MN_ERR_CLOSED",
    message: "the service ends",
  });
});

test("the status tells of the master and all nodes, in any process, before the start and after the end", async () => {
  const about = { name: "shop", script: "/srv/shop.js", cwd: "/srv", pid: 42, since: 7 };
  const world = new FakeWorld({ places: 1, about });
  const empty = { ...about, addresses: [], wanted: 1, reloading: false, accepted: undefined, nodes: [] };
  assert.deepEqual(await world.status(), empty);
  world.start().say("node-1", "ready");
  world.beat("node-1", { rss: 5 });
  ask(world, "node-1", 1, { type: "status" });
  await settled();
  const [answer] = answers(world, "node-1");
  assert.ok(answer?.type === "answer");
  assert.deepEqual(answer.value, await world.status());
  const [node] = answer.value.nodes;
  assert.deepEqual(
    [node?.id, node?.pid, node?.state, node?.restarts, node?.vitals?.rss],
    ["node-1", 1_001, "serving", 0, 5],
  );
  world.order({ type: "reload" });
  assert.equal((await world.status()).reloading, true);
  world.stop();
  for (const id of ["node-1", "node-2"]) world.exit(id);
  assert.deepEqual(await world.status(), empty);
});

test("the status keeps how a place lost its last node", async () => {
  const world = serving(1);
  world.exit("node-1", { code: 3, lastError: "Error: gone" });
  const { nodes } = await world.status();
  assert.deepEqual(
    nodes.map(({ id, restarts, lastExit }) => [id, restarts, lastExit?.code, lastExit?.lastError]),
    [["node-2", 1, 3, "Error: gone"]],
  );
});

test("a node that says twice that it is ready is killed, and nothing else happens", () => {
  const world = serving(2);
  world.say("node-1", "ready");
  assert.deepEqual(world.killed, ["node-1"]);
  assert.deepEqual(world.logged, ["node-1 (pid 1001) is killed: a node that is serving cannot take the event ready"]);
  assert.deepEqual([world.heard("node-2"), world.spawned.length, world.ends], [[], 2, []]);
  world.exit("node-1", { signal: "SIGKILL" });
  assert.deepEqual([world.exits[0]?.reason, world.spawned.at(-1)], ["died", "node-3"]);
});

test("a hung node that says it is ready breaks the rules as well", () => {
  const world = serving(1, { hangTimeout: 2_000 });
  world.pass(2_000);
  world.say("node-1", "ready");
  assert.deepEqual(world.killed, ["node-1"]);
  assert.equal(world.readies.length, 1);
});

test("an error of our own is not taken for a node's", () => {
  const world = serving(1);
  world.onCloseRequest = () => {
    throw new TypeError("a mistake");
  };
  assert.throws(() => world.say("node-1", "close"), { name: "TypeError", message: "a mistake" });
  assert.deepEqual(world.killed, []);
});

test("the last orderly end, where nobody follows, is the end of the service", () => {
  const world = serving(1, { restartChildren: false });
  world.say("node-1", "draining");
  world.exit("node-1");
  assert.equal(world.ends[0]?.code, "MN_ERR_LAST_NODE");
});

function ask(world: FakeWorld, id: string, number: number, order: Order): void {
  world.say(id, { type: "ask", number, order });
}

function answers(world: FakeWorld, id: string): ToNode[] {
  const sent = world.sent.filter((entry) => entry.id === id).map(({ message }) => message);
  return sent.filter(({ type }) => type === "answer" || type === "refusal");
}

/** What promises are to bring about has come about. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
