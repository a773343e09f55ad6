// How nodes leave: the stop of all, the drain of one, the kill, and the news to those who stay.
import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeWorld } from "../../helpers/fake-world.js";

/** The longest delay that a timer of Node takes; a longer one is cut to one millisecond. */
const LONGEST_TIMER = 2 ** 31 - 1;

test("a stop drains every node, whether it serves or not, and the last exit is the end", () => {
  const world = new FakeWorld({ places: 2 }).start();
  world.say("node-1", "ready");
  world.stop();
  assert.deepEqual(world.sent, [
    { id: "node-1", message: { type: "drain", timeout: 25_000, idle: null } },
    { id: "node-2", message: { type: "drain", timeout: 25_000, idle: null } },
  ]);
  assert.deepEqual(world.waiting("overdue"), [26_000, 26_000]);
  world.exit("node-2");
  assert.deepEqual(world.ends, []);
  world.exit("node-1");
  assert.deepEqual(world.ends, [undefined]);
  assert.deepEqual(world.spawned, ["node-1", "node-2"]);
  assert.deepEqual(
    world.exits.map(({ id }) => id),
    ["node-2", "node-1"],
  );
  assert.deepEqual(world.logged, [], "an orderly end is no news");
  assert.equal(world.timers.size, 0);
});

test("a stop before the start ends at once", () => {
  const world = new FakeWorld();
  world.stop();
  assert.deepEqual(world.ends, [undefined]);
});

test("a start behind the stop starts nothing", () => {
  const world = new FakeWorld();
  world.stop();
  world.start();
  assert.deepEqual(world.spawned, []);
  assert.deepEqual(world.ends, [undefined]);
});

test("a second stop changes nothing", () => {
  const world = new FakeWorld().start();
  world.stop();
  world.stop();
  assert.deepEqual(world.heard("node-1"), ["drain"]);
  world.exit("node-1");
  world.exit("node-2");
  world.stop();
  assert.deepEqual(world.ends, [undefined]);
});

test("a stop takes the waiting replacements back", () => {
  const world = new FakeWorld({ places: 1, masterServes: true }).start();
  world.exit("node-1");
  world.exit("node-2");
  assert.deepEqual(world.waiting("fill"), [100]);
  world.stop();
  assert.equal(world.timers.size, 0);
  assert.deepEqual(world.ends, [undefined]);
});

test("a node that does not end in its time and a second more is killed", () => {
  const world = new FakeWorld({ places: 1, drainTimeout: 500 }).start();
  world.say("node-1", "ready");
  world.stop();
  world.pass(1_499);
  assert.deepEqual(world.killed, []);
  world.pass(1);
  assert.deepEqual(world.killed, ["node-1"]);
  assert.deepEqual(world.logged, ["node-1 (pid 1001) is overdue to end: killed"]);
  world.exit("node-1", { signal: "SIGKILL" });
  assert.deepEqual(world.ends, [undefined]);
});

test("the longest drain time that is taken makes no timer too long for Node", () => {
  const world = new FakeWorld({ places: 1, drainTimeout: LONGEST_TIMER }).start();
  world.stop();
  assert.ok(
    world.waiting("overdue").every((ms) => ms <= LONGEST_TIMER),
    String(world.waiting("overdue")),
  );
});

test("a kill ends every node at once, before or after a stop", () => {
  const world = new FakeWorld({ places: 2 }).start();
  world.say("node-1", "ready");
  world.supervisor.tell({ type: "kill" });
  assert.deepEqual(world.killed, ["node-1", "node-2"]);
  const stopped = new FakeWorld({ places: 1 }).start();
  stopped.stop();
  stopped.supervisor.tell({ type: "kill" });
  assert.deepEqual(stopped.killed, ["node-1"]);
  stopped.exit("node-1", { signal: "SIGKILL" });
  assert.deepEqual([stopped.ends, stopped.spawned], [[undefined], ["node-1"]]);
});

test("a node that drains of its own accord is replaced at once, before it is gone", () => {
  const world = new FakeWorld({ places: 1 }).start();
  world.say("node-1", "ready");
  world.pass(2_000);
  world.say("node-1", "draining");
  assert.deepEqual(world.spawned, ["node-1", "node-2"]);
  assert.deepEqual(world.heard("node-1"), [], "it knows");
  world.say("node-2", "ready");
  world.exit("node-1");
  assert.deepEqual(world.spawned, ["node-1", "node-2"], "one replacement is enough");
  assert.deepEqual(world.deadlines, []);
});

test("a node that served for long is replaced at once when it drains, however its forerunners fared", () => {
  const world = new FakeWorld({ places: 1, masterServes: true }).start();
  for (const delay of [0, 100, 200]) {
    world.exit(world.spawned.at(-1) as string, { code: 1 });
    world.pass(delay);
  }
  world.say("node-4", "ready");
  world.pass(3_600_000);
  world.say("node-4", "draining");
  assert.equal(world.spawned.at(-1), "node-5");
});

test("a program that drains before it serves, each time, is started no faster than one that dies", () => {
  const world = new FakeWorld({ places: 1, masterServes: true }).start();
  for (let start = 0; start < 10; start++) {
    const id = world.spawned.at(-1) as string;
    world.say(id, "draining");
    if (world.living.has(id)) world.exit(id);
  }
  assert.ok(world.spawned.length < 10, `${world.spawned.length} starts within no time`);
});

test("without restartChildren a node that drains is not replaced", () => {
  const world = new FakeWorld({ places: 2, restartChildren: false }).start();
  world.say("node-1", "ready", "draining");
  world.exit("node-1");
  assert.deepEqual(world.spawned, ["node-1", "node-2"]);
  assert.deepEqual(world.ends, []);
});

test("a node that drains of its own accord while all are stopped leaves no timer behind", () => {
  const world = new FakeWorld({ places: 1, masterServes: true }).start();
  for (const delay of [0, 100]) {
    world.exit(world.spawned.at(-1) as string);
    world.pass(delay);
  }
  world.stop();
  world.say("node-3", "draining");
  world.exit("node-3");
  assert.deepEqual(world.ends, [undefined]);
  assert.equal(world.timers.size, 0);
});

test("messages that cross a drain are no error", () => {
  const world = new FakeWorld({ places: 1 }).start();
  world.stop();
  world.say("node-1", "ready", "draining", "joined", "close");
  assert.deepEqual(world.readies, [], "it serves no more");
  assert.equal(world.closeRequests, 1);
  world.exit("node-1");
  assert.deepEqual(world.ends, [undefined]);
});

test("a node that is ready just when it is killed as overdue is no error", () => {
  const world = new FakeWorld({ places: 1, readyTimeout: 500 }).start();
  world.pass(500);
  world.say("node-1", "ready");
  world.exit("node-1", { signal: "SIGKILL" });
  assert.deepEqual(world.spawned, ["node-1", "node-2"]);
});

test("what a node said comes to nothing once its end is known, and so does a second end", () => {
  const world = new FakeWorld({ places: 1 }).start();
  world.say("node-1", "joined", "ready");
  world.exit("node-1");
  world.say("node-1", "ready", "draining", "joined", "close", { type: "failed", error: "late" });
  world.supervisor.tell({ type: "overdue", id: "node-1" });
  world.supervisor.tell({ type: "started", id: "node-1", pid: 7 });
  world.exit("node-1");
  assert.deepEqual([world.exits.length, world.closeRequests, world.readies], [1, 0, [true]]);
  assert.deepEqual(world.heard("node-1"), ["welcome"]);
  assert.deepEqual(world.spawned, ["node-1", "node-2"]);
});

test("words that no version of a node says are no error", () => {
  const world = new FakeWorld({ places: 1 }).start();
  for (const message of [{ type: "unheard-of" }, {}]) {
    world.supervisor.tell({ type: "said", id: "node-1", message: message as never });
  }
});

test("a newcomer learns of all who joined before, the master included, and of those that are starting", () => {
  const world = new FakeWorld({ places: 3 }).start();
  for (const id of ["node-2", "node-1", "node-3"]) world.say(id, "joined");
  assert.deepEqual(world.sent, [
    { id: "node-2", message: { type: "welcome", peers: ["master"], starting: ["node-1", "node-3"] } },
    { id: "node-1", message: { type: "welcome", peers: ["master", "node-2"], starting: ["node-3"] } },
    { id: "node-3", message: { type: "welcome", peers: ["master", "node-2", "node-1"], starting: [] } },
  ]);
});

test("when one starts or ends, those that have joined are told, and no other", () => {
  const world = new FakeWorld({ places: 3 }).start();
  world.say("node-1", "joined");
  world.say("node-2", "joined");
  world.exit("node-2");
  assert.deepEqual(world.heard("node-1"), ["welcome", "left", "starting"]);
  const told = world.sent.filter(({ id }) => id === "node-1").map(({ message }) => message);
  assert.deepEqual(told.slice(1), [
    { type: "left", id: "node-2" },
    { type: "starting", id: "node-4" },
  ]);
  assert.deepEqual(world.heard("node-3"), []);
  world.exit("node-3");
  assert.deepEqual(world.heard("node-1"), ["welcome", "left", "starting", "left", "starting"]);
  world.say("node-4", "joined");
  assert.deepEqual(world.sent.at(-1)?.message, { type: "welcome", peers: ["master", "node-1"], starting: ["node-5"] });
});
