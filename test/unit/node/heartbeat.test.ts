// The heartbeat of a node: once a second, with what it counts, its memory, and how busy its event loop was.
import assert from "node:assert/strict";
import inspector from "node:inspector";
import { type TestContext, test } from "node:test";
import { type Counts, Heart } from "#src/node/heartbeat.js";
import type { Beat } from "#src/protocol.js";

test("a beat a second, and none before the first is over", (t) => {
  const { beats } = start(t);
  t.mock.timers.tick(999);
  assert.equal(beats.length, 0);
  t.mock.timers.tick(1);
  assert.equal(beats.length, 1);
  t.mock.timers.tick(3_000);
  assert.equal(beats.length, 4);
});

test("each tells what is counted at that moment, and how this process fares", (t) => {
  const { beats, counts } = start(t);
  t.mock.timers.tick(1_000);
  Object.assign(counts, { served: 12, connections: 3 });
  t.mock.timers.tick(1_000);
  assert.deepEqual(
    beats.map(({ served, connections }) => [served, connections]),
    [
      [0, 0],
      [12, 3],
    ],
  );
  for (const { rss, utilization, inspected } of beats) {
    assert.ok(Number.isInteger(rss) && rss > 1_000_000, `${rss} bytes`);
    assert.ok(utilization >= 0 && utilization <= 1, `a share of ${utilization}`);
    assert.equal(inspected, inspector.url() !== undefined);
  }
});

test("an event loop that only works is busy, since the last beat and not since the start", async (t) => {
  const { beats } = start(t);
  await new Promise((resolve) => setImmediate(resolve));
  t.mock.timers.tick(1_000);
  for (const end = performance.now() + 20; performance.now() < end; );
  t.mock.timers.tick(1_000);
  assert.ok((beats[1]?.utilization ?? 0) > 0.9, `${beats[1]?.utilization}`);
});

test("an open inspector is told", { skip: inspector.url() !== undefined && "one is open already" }, (t) => {
  const { beats } = start(t);
  t.mock.method(process.stderr, "write", () => true);
  inspector.open(0, "127.0.0.1");
  t.after(() => inspector.close());
  t.mock.timers.tick(1_000);
  inspector.close();
  t.mock.timers.tick(1_000);
  assert.deepEqual(
    beats.map(({ inspected }) => inspected),
    [true, false],
  );
});

test("where the system does not tell the memory, the beat goes on with what was known", (t) => {
  const { beats } = start(t);
  t.mock.timers.tick(1_000);
  t.mock.method(process.memoryUsage, "rss", () => {
    throw Object.assign(new Error("too many open files"), { code: "EMFILE" });
  });
  t.mock.timers.tick(1_000);
  assert.equal(beats[1]?.rss, beats[0]?.rss);
});

test("before the event loop stands still on purpose, a beat says so, and those after it do not", async (t) => {
  const { beats, counts, heart } = start(t);
  Object.assign(counts, { served: 3 });
  t.mock.timers.tick(1_000);
  const told = heart.standStill(async () => {
    t.mock.timers.tick(1_000);
    return beats.length;
  });
  assert.equal(await told, 3, "one ahead of it, one within");
  t.mock.timers.tick(1_000);
  assert.deepEqual(
    beats.map(({ inspected, served }) => [inspected, served]),
    [
      [false, 3],
      [true, 3],
      [true, 3],
      [false, 3],
    ],
  );
});

test("it begins once", (t) => {
  const { beats, heart } = start(t);
  assert.equal(heart.begin(), "beats already");
  t.mock.timers.tick(1_000);
  assert.equal(beats.length, 1);
});

test("a heart that has not begun tells nothing, also when it stands still", async () => {
  const beats: Beat[] = [];
  const heart = new Heart(
    ({ beat }) => beats.push(beat),
    () => ({ served: 0, connections: 0, responseTime: null }),
  );
  assert.equal(await heart.standStill(async () => "done"), "done");
  assert.deepEqual(beats, []);
});

test("what fails while it stands still is over too", async (t) => {
  const { beats, heart } = start(t);
  await assert.rejects(
    heart.standStill(() => Promise.reject(new Error("no"))),
    { message: "no" },
  );
  t.mock.timers.tick(1_000);
  assert.deepEqual(
    beats.map(({ inspected }) => inspected),
    [true, false],
  );
});

/** A heart whose seconds the test lets pass. */
function start(t: TestContext): { beats: Beat[]; counts: Counts; heart: Heart } {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const beats: Beat[] = [];
  const counts: Counts = { served: 0, connections: 0, responseTime: null };
  const heart = new Heart(
    ({ beat }) => beats.push(beat),
    () => counts,
  );
  assert.equal(heart.begin(), "begun");
  return { beats, counts, heart };
}
