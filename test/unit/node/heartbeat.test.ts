// The heartbeat of a node: once a second, with what it counts, its memory, and how busy its event loop was.
import assert from "node:assert/strict";
import inspector from "node:inspector";
import { type TestContext, test } from "node:test";
import { type Counts, startBeating } from "#src/node/heartbeat.js";
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

/** A heart whose seconds the test lets pass. */
function start(t: TestContext): { beats: Beat[]; counts: Counts } {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const beats: Beat[] = [];
  const counts: Counts = { served: 0, connections: 0, responseTime: null };
  startBeating(
    (beat) => beats.push(beat),
    () => counts,
  );
  return { beats, counts };
}
