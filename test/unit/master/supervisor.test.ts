// The supervisor keeps every place filled: starts, deaths, replacements, surrender; in a world made of lists.
import assert from "node:assert/strict";
import { test } from "node:test";
import { StartError } from "#src/errors.js";
import { checkPortOptions } from "#src/port-options.js";
import { FakeWorld } from "../../helpers/fake-world.js";

test("the start fills all places, each with a deadline to serve", () => {
  const world = new FakeWorld({ places: 3 }).start();
  assert.deepEqual(world.spawned, ["node-1", "node-2", "node-3"]);
  assert.deepEqual(world.waiting("overdue"), [30_000, 30_000, 30_000]);
});

test("nothing is started before the start", () => {
  assert.deepEqual(new FakeWorld().spawned, []);
});

test("each node that serves is announced, the last of them as that", () => {
  const world = new FakeWorld({ places: 2 }).start();
  world.say("node-2", "ready");
  assert.deepEqual(world.readies, [false]);
  world.say("node-1", "ready");
  assert.deepEqual(world.readies, [false, true]);
  assert.deepEqual(world.deadlines, []);
});

test("who hands connections over hears of each state that a node comes to, before the node hears of its drain", () => {
  const world = new FakeWorld({ places: 1 }).start();
  world.say("node-1", "ready");
  world.supervisor.tell({ type: "stop", idle: null });
  const states = ["node-1 is spawning", "node-1 is serving", "node-1 is draining"];
  assert.deepEqual(world.history, [...states, "drain to node-1"]);
});

test("a node that dies is replaced at once, and its end is told", () => {
  const world = new FakeWorld().start();
  world.say("node-1", "ready");
  world.pass(5_000);
  world.exit("node-1", { signal: "SIGKILL", lastError: "Error: out of luck" });
  assert.deepEqual(world.spawned, ["node-1", "node-2", "node-3"]);
  const told = {
    id: "node-1",
    pid: 1_001,
    code: null,
    signal: "SIGKILL",
    uptime: 5_000,
    reason: "died",
    lastError: "Error: out of luck",
  };
  assert.deepEqual(world.exits, [told]);
  assert.deepEqual(world.logged, ["node-1 (pid 1001) was ended by SIGKILL (Error: out of luck) after 5 s"]);
});

test("nodes whose program wants a port that another node has are told of once, and tried again after a minute", () => {
  const world = new FakeWorld({ places: 3 }).start();
  world.say("node-1", "ready");
  world.owners.set(7_205, "node-1");
  const address = { address: "::", family: "IPv6", port: 7_205 };
  for (const id of ["node-2", "node-3"]) {
    world.say(id, { type: "port-taken", address }, { type: "failed", error: "listen EADDRINUSE" });
    world.exit(id, { code: 1 });
  }
  const [line = "", ...more] = world.logged;
  assert.match(line, /^node-2 .*asks for port 7205 with exclusive: true.*node-1 has it.*--shared-ports/);
  assert.deepEqual([more, world.waiting("fill")], [[], [60_000, 60_000]]);
  world.pass(60_000);
  assert.equal(world.spawned.length, 5);
  assert.deepEqual(world.ends, []);
});

test("a port that a process outside of the service has is an error like any other", () => {
  const world = new FakeWorld({ places: 2 }).start();
  world.say("node-1", "ready");
  const address = { address: "::", family: "IPv6", port: 7_205 };
  world.say("node-2", { type: "port-taken", address }, { type: "failed", error: "listen EADDRINUSE" });
  world.exit("node-2", { code: 1 });
  assert.deepEqual(world.logged, ["node-2 (pid 1002) ended with code 1 (listen EADDRINUSE) after 0 ms"]);
});

test("what a node said of its failure counts more than what it wrote", () => {
  const world = new FakeWorld().start();
  world.say("node-1", { type: "failed", error: "BindError: port 80 is in use" });
  world.exit("node-1", { code: 1, lastError: "Error: something else" });
  assert.equal(world.exits[0]?.lastError, "BindError: port 80 is in use");
  assert.deepEqual(world.logged, ["node-1 (pid 1001) ended with code 1 (BindError: port 80 is in use) after 0 ms"]);
});

test("a place whose nodes die young waits ever longer for the next one", () => {
  const world = new FakeWorld({ places: 1, masterServes: true }).start();
  for (const delay of [0, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]) {
    const before = world.spawned.length;
    world.exit(world.spawned.at(-1) as string, { code: 1 });
    if (delay > 0) {
      assert.deepEqual(world.waiting("fill"), [delay]);
      world.pass(delay - 1);
      assert.equal(world.spawned.length, before, `not before ${delay} ms are over`);
      world.pass(1);
    }
    assert.equal(world.spawned.length, before + 1);
  }
});

test("a node that served long enough ends the back-off of its place", () => {
  const world = new FakeWorld({ places: 1, masterServes: true }).start();
  for (const delay of [0, 100, 200]) {
    world.exit(world.spawned.at(-1) as string, { code: 1 });
    world.pass(delay);
  }
  world.say("node-4", "ready");
  world.pass(1_000);
  world.exit("node-4", { code: 1 });
  assert.deepEqual(world.waiting("fill"), []);
  assert.equal(world.spawned.at(-1), "node-5");
});

test("nodes that end within minUptime of serving are replaced with back-off", () => {
  const world = new FakeWorld({ places: 1, masterServes: true, minUptime: 5_000 }).start();
  for (const [served, delay] of [
    [1_500, 0],
    [4_999, 100],
    [1_500, 200],
    [5_000, 0],
    [1_500, 0],
    [1_500, 100],
  ] as const) {
    const node = world.spawned.at(-1) as string;
    world.say(node, "ready");
    world.pass(served);
    world.exit(node, { code: 1 });
    assert.deepEqual(world.waiting("fill"), delay === 0 ? [] : [delay], `${served} ms, then a wait`);
    world.pass(delay);
  }
});

test("a program that listens and does not say that it is ready: the exit says so", () => {
  const world = new FakeWorld({ places: 1, masterServes: true, waitReady: true }).start();
  world.say("node-1", "accepting");
  world.pass(30_000);
  assert.deepEqual(world.killed, ["node-1"]);
  world.exit("node-1", { signal: "SIGKILL" });
  assert.match(
    world.logged.join("\n"),
    /did not serve within readyTimeout and was killed \(it listens, but has not said/,
  );
});

test("each place has a back-off of its own", () => {
  const world = new FakeWorld({ places: 2 }).start();
  world.say("node-2", "ready");
  world.exit("node-1");
  world.exit("node-3");
  assert.deepEqual(world.waiting("fill"), [100]);
  world.exit("node-2");
  assert.equal(world.spawned.at(-1), "node-4", "the other place is filled at once");
});

test("five starts in a row that fail end the service, with the program and how it failed", () => {
  const world = new FakeWorld({ places: 1 }).start();
  failStarts(world, 5, { code: 7, lastError: "Error: no database" });
  const [error] = world.ends;
  assert.ok(error instanceof StartError);
  assert.equal(error.code, "MN_ERR_START_FAILED");
  assert.equal(
    error.message,
    "no node of /srv/program.js serves: 5 starts in a row failed, " +
      "the last one ended with code 7 (Error: no database) before it served",
  );
  assert.equal(world.ends.length, 1);
  assert.equal(world.timers.size, 0);
  assert.equal(world.spawned.length, 5);
});

test("the surrender says how the last one ended, whatever way that was", () => {
  const killed = new FakeWorld({ places: 1 }).start();
  failStarts(killed, 5, { signal: "SIGSEGV" });
  assert.match(killed.ends[0]?.message ?? "", /the last one was ended by SIGSEGV before it served$/);
  const unstartable = new FakeWorld({ places: 1 }).start();
  failStarts(unstartable, 5, { code: null, lastError: "spawn EAGAIN" });
  assert.match(
    unstartable.ends[0]?.message ?? "",
    /the last one could not be started \(spawn EAGAIN\) before it served$/,
  );
});

test("one start that succeeds in between starts the count anew", () => {
  const world = new FakeWorld({ places: 1 }).start();
  failStarts(world, 4);
  world.say(world.spawned.at(-1) as string, "ready");
  world.exit(world.spawned.at(-1) as string, { code: 1 });
  world.pass(5_000);
  failStarts(world, 4);
  assert.equal(world.ends.length, 0);
  failStarts(world, 1);
  assert.equal(world.ends[0]?.code, "MN_ERR_START_FAILED");
});

test("there is hope while anybody serves: another node, or the master itself", () => {
  const world = new FakeWorld({ places: 2 }).start();
  world.say("node-1", "ready");
  failStarts(world, 20);
  assert.equal(world.ends.length, 0);
  const withMaster = new FakeWorld({ places: 1, masterServes: true }).start();
  failStarts(withMaster, 20);
  assert.equal(withMaster.ends.length, 0);
});

test("the surrender speaks of starts that failed, not of the node that served last", () => {
  const world = new FakeWorld({ places: 2 }).start();
  world.say("node-1", "ready");
  failStarts(world, 5, { code: 7, lastError: "Error: no database" });
  world.pass(60_000);
  world.exit("node-1", { signal: "SIGKILL" });
  const left = [...world.living];
  for (const id of left) world.exit(id, { code: 7, lastError: "Error: no database" });
  for (const error of world.ends) assert.doesNotMatch(error?.message ?? "", /SIGKILL before it served/);
});

test("no surrender while the first start of another place is still under way", () => {
  const world = new FakeWorld({ places: 8, restartChildren: false }).start();
  for (const id of ["node-1", "node-2", "node-3", "node-4", "node-5"]) world.exit(id, { code: 1 });
  world.say("node-6", "ready");
  assert.deepEqual(world.heard("node-6"), [], "it may serve");
});

test("without restartChildren the others go on, and the end of the last one ends the service", () => {
  const world = new FakeWorld({ places: 2, restartChildren: false }).start();
  world.say("node-1", "ready");
  world.say("node-2", "ready");
  world.exit("node-1", { signal: "SIGKILL" });
  assert.equal(world.ends.length, 0);
  world.exit("node-2", { code: 3, lastError: "Error: at last" });
  assert.deepEqual(world.spawned, ["node-1", "node-2"]);
  assert.equal(world.ends[0]?.code, "MN_ERR_LAST_NODE");
  assert.equal(
    world.ends[0]?.message,
    "the last node of /srv/program.js ended with code 3 (Error: at last), and restartChildren is false",
  );
});

test("without restartChildren a master that serves goes on alone", () => {
  const world = new FakeWorld({ places: 1, restartChildren: false, masterServes: true }).start();
  world.exit("node-1", { code: 1 });
  assert.equal(world.ends.length, 0);
  assert.deepEqual(world.deadlines, []);
  world.stop();
  assert.equal(world.timers.size, 0);
  assert.deepEqual(world.ends, [undefined]);
});

test("a node that does not serve in time is killed, and counts as a start that failed", () => {
  const world = new FakeWorld({ places: 1, readyTimeout: 700 }).start();
  world.pass(699);
  assert.deepEqual(world.killed, []);
  world.pass(1);
  assert.deepEqual(world.killed, ["node-1"]);
  assert.deepEqual(world.spawned, ["node-1"], "its place is filled when it is gone");
  world.exit("node-1", { signal: "SIGKILL" });
  assert.deepEqual(world.logged, ["node-1 (pid 1001) did not serve within readyTimeout and was killed after 700 ms"]);
  assert.equal(world.exits[0]?.reason, "not-ready");
  assert.equal(world.spawned.at(-1), "node-2");
});

test("an address that a node asks for is bound for it", () => {
  const world = new FakeWorld().start();
  const port = checkPortOptions({ port: 8_080 });
  world.say("node-2", { type: "bind", key: "tcp:*:8080", port });
  assert.deepEqual(world.bound, [{ id: "node-2", key: "tcp:*:8080", port }]);
});

test("a node that wants the service closed is heard, and nothing ends before the master says so", () => {
  const world = new FakeWorld().start();
  world.say("node-1", "ready", "close");
  assert.equal(world.closeRequests, 1);
  assert.deepEqual(world.sent, []);
});

test("a master with no place for nodes starts none and ends when told", () => {
  const world = new FakeWorld({ places: 0, masterServes: true }).start();
  assert.equal(world.ends.length, 0);
  world.stop();
  assert.deepEqual([world.spawned, world.ends], [[], [undefined]]);
});

/** Lets the youngest node end before it served, so many times, waiting for each back-off. */
function failStarts(world: FakeWorld, times: number, how: Parameters<FakeWorld["exit"]>[1] = { code: 1 }): void {
  for (let time = 0; time < times; time++) {
    world.exit(world.spawned.at(-1) as string, how);
    if (world.ends.length === 0) world.pass(5_000);
  }
}
