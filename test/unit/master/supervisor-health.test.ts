// Nodes that hang or reach a limit: how they are found, what is done about them, and how others fare meanwhile.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { SupervisorOptions } from "#src/master/supervisor-world.js";
import { FakeWorld, serving } from "../../helpers/fake-world.js";

const HANG: Partial<SupervisorOptions> = { hangTimeout: 3_000 };
const MEMORY: Partial<SupervisorOptions> = { maxMemory: 1_000 };

test("a node that is silent for hangTimeout is asked where it hangs, and replaced at once", () => {
  const world = serving(2, HANG);
  passWithBeats(world, 2_000, ["node-2"]);
  assert.deepEqual(world.examined, []);
  passWithBeats(world, 1_000, ["node-2"]);
  assert.deepEqual(world.examined, ["node-1"]);
  assert.deepEqual(world.spawned, ["node-1", "node-2", "node-3"], "its place is filled already");
  assert.deepEqual(world.killed, [], "it is being asked");
  assert.deepEqual(world.heard("node-1"), [], "it would not hear");
});

test("when it is known where it hangs, it is killed, and its exit says so", () => {
  const world = serving(1, HANG);
  world.pass(3_000);
  world.tellExamined("node-1", "at loop (/srv/program.js:3:7)");
  assert.deepEqual(world.killed, ["node-1"]);
  world.exit("node-1", { signal: "SIGKILL", lastError: "Error: written long ago" });
  const [exit] = world.exits;
  assert.deepEqual([exit?.reason, exit?.lastError], ["hung", "at loop (/srv/program.js:3:7)"]);
  assert.deepEqual(world.logged, ["node-1 (pid 1001) hung and was killed (at loop (/srv/program.js:3:7)) after 3 s"]);
  assert.deepEqual(world.spawned, ["node-1", "node-2"], "one successor is enough");
});

test("where nothing can be found out it is killed all the same", () => {
  const world = serving(1, HANG);
  world.pass(3_000);
  world.tellExamined("node-1", undefined);
  assert.deepEqual(world.killed, ["node-1"]);
});

test("a node that comes to itself while it is asked is killed: it has a successor", () => {
  const world = serving(1, HANG);
  world.pass(3_000);
  world.beat("node-1");
  world.say("node-1", "draining");
  world.say("node-2", "ready");
  world.tellExamined("node-1", "at loop");
  world.exit("node-1", { signal: "SIGKILL" });
  assert.deepEqual([world.killed, world.exits[0]?.reason], [["node-1"], "hung"]);
  assert.equal(world.spawned.length, 2);
});

test("a stop kills a node that hangs: there is no time to look into it", () => {
  const world = serving(1, HANG);
  world.pass(3_000);
  world.say("node-2", "ready");
  world.stop();
  assert.deepEqual([world.killed, world.heard("node-2")], [["node-1"], ["drain"]]);
  world.tellExamined("node-1", "at loop");
  world.exit("node-1", { signal: "SIGKILL" });
  world.exit("node-2");
  assert.deepEqual(world.ends, [undefined]);
});

test("a node that hangs while it drains is found too, long before its time to drain is over", () => {
  const world = serving(2, HANG);
  world.say("node-1", "draining");
  world.say("node-3", "ready");
  passWithBeats(world, 3_000, ["node-2", "node-3"]);
  assert.deepEqual(world.examined, ["node-1"]);
  world.tellExamined("node-1", "at loop");
  world.exit("node-1", { signal: "SIGKILL" });
  assert.deepEqual([world.killed, world.exits[0]?.reason], [["node-1"], "hung"]);
  assert.equal(world.spawned.length, 3, "its place was filled when it began to drain");
});

test("a node that drains and beats may take all of its time, and is over no limit", () => {
  const world = serving(1, { ...HANG, ...MEMORY });
  world.say("node-1", "draining");
  passWithBeats(world, 20_000, ["node-1"]);
  world.beat("node-1", { rss: 1_000 });
  world.pass(2_000);
  assert.deepEqual([world.examined, world.killed, world.logged], [[], [], []]);
});

test("a node that drains before it has served says nothing, and does not hang", () => {
  const world = new FakeWorld({ ...HANG, places: 1 }).start();
  world.say("node-1", "draining");
  world.pass(5_000);
  assert.deepEqual(world.examined, []);
});

test("a node that somebody looks at in an inspector may be as silent as it likes", () => {
  const world = serving(1, HANG);
  world.beat("node-1", { inspected: true });
  world.pass(60_000);
  assert.deepEqual(world.examined, []);
  world.beat("node-1", { inspected: false });
  world.pass(3_000);
  assert.deepEqual(world.examined, ["node-1"]);
});

test("a node that starts is silent until it serves", () => {
  const world = new FakeWorld({ ...HANG, places: 1 }).start();
  world.pass(29_000);
  world.say("node-1", "ready");
  world.pass(2_000);
  assert.deepEqual(world.examined, []);
});

test("a node that hangs between its first connection and being ready is found, and its start has failed", () => {
  const world = new FakeWorld({ ...HANG, places: 1 }).start();
  world.say("node-1", "accepting");
  passWithBeats(world, 10_000, ["node-1"]);
  assert.deepEqual(world.examined, [], "it starts slowly, and does not hang");
  world.pass(3_000);
  assert.deepEqual(world.examined, ["node-1"]);
  world.tellExamined("node-1", "at loop");
  world.exit("node-1", { signal: "SIGKILL" });
  assert.deepEqual([world.killed, world.exits[0]?.reason], [["node-1"], "hung"]);
});

test("a master that stood still itself finds nobody silent for that", () => {
  const world = serving(2, HANG);
  world.pass(500);
  world.standStill(3_600_000);
  assert.deepEqual(world.examined, []);
  passWithBeats(world, 5_000, ["node-1"]);
  assert.deepEqual(world.examined, ["node-2"], "from then on it counts again");
});

test("with hangTimeout 0 nobody ever hangs", () => {
  const world = serving(1, { hangTimeout: 0 });
  world.pass(3_600_000);
  assert.deepEqual(world.examined, []);
});

test("without restartChildren a node that hangs is killed and not replaced", () => {
  const world = serving(2, { ...HANG, restartChildren: false });
  passWithBeats(world, 3_000, ["node-2"]);
  world.tellExamined("node-1", undefined);
  world.exit("node-1", { signal: "SIGKILL" });
  assert.deepEqual([world.killed, world.spawned.length, world.ends], [["node-1"], 2, []]);
});

test("a node over its limit is replaced: first its successor serves, then it drains", () => {
  const world = serving(2, MEMORY);
  world.beat("node-1", { rss: 1_000 });
  world.pass(1_000);
  assert.deepEqual(world.spawned, ["node-1", "node-2", "node-3"]);
  assert.deepEqual(world.logged, ["node-1 (pid 1001) has reached its limit of memory: it is replaced"]);
  assert.deepEqual(world.heard("node-1"), []);
  world.pass(5_000);
  assert.equal(world.logged.length, 1, "it is said once");
  world.say("node-3", "ready");
  assert.deepEqual(world.heard("node-1"), ["drain"]);
  world.exit("node-1");
  assert.equal(world.exits[0]?.reason, "drained");
  assert.deepEqual([world.reloads, world.spawned.length], [[], 3]);
});

const LIMITS: [
  name: string,
  options: Partial<SupervisorOptions>,
  beat: Parameters<FakeWorld["beat"]>[1],
  ms: number,
][] = [
  ["lifetime", { maxLifetime: 10_000 }, {}, 10_000],
  ["requests", { maxRequests: 500 }, { served: 500 }, 1_000],
];

for (const [name, options, beat, ms] of LIMITS) {
  test(`so it is with its limit of ${name}`, () => {
    const world = serving(1, options);
    world.beat("node-1", beat);
    world.pass(ms - 1);
    assert.equal(world.spawned.length, 1);
    world.pass(1);
    assert.deepEqual(world.spawned, ["node-1", "node-2"]);
    assert.deepEqual(world.logged, [`node-1 (pid 1001) has reached its limit of ${name}: it is replaced`]);
  });
}

test("of many that are over their limit, as many as surge are replaced at once", () => {
  const world = serving(3, { ...MEMORY, surge: 2 });
  for (const id of ["node-1", "node-2", "node-3"]) world.beat(id, { rss: 1_000 });
  world.pass(1_000);
  assert.deepEqual(world.spawned.slice(3), ["node-4", "node-5"]);
  world.say("node-4", "ready");
  assert.deepEqual(world.spawned.slice(5), ["node-6"]);
});

test("a node whose successor fails goes on, and is replaced when a minute is over", () => {
  const world = serving(1, MEMORY);
  world.beat("node-1", { rss: 1_000 });
  world.pass(1_000);
  world.exit("node-2", { code: 1, lastError: "Error: no database" });
  world.pass(59_000);
  assert.deepEqual([world.spawned.length, world.heard("node-1"), world.ends], [2, [], []]);
  world.pass(1_000);
  assert.deepEqual(world.spawned, ["node-1", "node-2", "node-3"]);
});

test("successors that fail, however many, end no service that serves", () => {
  const world = serving(1, { ...MEMORY, restart: { intensity: 2, period: 3_600_000, beyond: "give-up" } });
  world.beat("node-1", { rss: 1_000 });
  for (let minute = 0; minute < 10; minute++) {
    world.pass(60_000);
    for (const id of world.living) if (id !== "node-1") world.exit(id, { code: 1 });
  }
  assert.deepEqual([world.ends, [...world.living]], [[], ["node-1"]]);
});

test("a node over its limit that hangs is not waited for", () => {
  const world = serving(1, { ...MEMORY, ...HANG });
  world.beat("node-1", { rss: 1_000 });
  world.pass(1_000);
  world.pass(2_000);
  assert.deepEqual(world.examined, ["node-1"]);
  assert.deepEqual(world.spawned, ["node-1", "node-2"], "its successor is on the way");
  world.say("node-2", "ready");
  assert.deepEqual(world.heard("node-1"), []);
});

test("whoever stops the service when a limit is logged does so while the nodes are looked at", () => {
  const world = serving(2, { ...MEMORY, hangTimeout: 1_000 });
  world.log = () => world.stop();
  world.pass(500);
  world.beat("node-1", { rss: 1_000 });
  world.pass(500);
  assert.deepEqual([world.heard("node-1"), world.heard("node-2")], [["drain"], ["drain"]]);
  assert.deepEqual(world.examined, [], "node-2 was silent, but there is no time to look into it");
});

/** Time passes, and some nodes are heard of every second. */
function passWithBeats(world: FakeWorld, ms: number, ids: string[]): void {
  for (let passed = 0; passed < ms; passed += 1_000) {
    for (const id of ids) world.beat(id);
    world.pass(1_000);
  }
}
