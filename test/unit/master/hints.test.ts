// The hints: each names what to do, and comes once, where it holds.
import assert from "node:assert/strict";
import { test } from "node:test";
import { hintsFor } from "#src/master/hints.js";
import type { SupervisorOptions } from "#src/master/supervisor-world.js";
import { FakeWorld, OPTIONS } from "../../helpers/fake-world.js";

test("uneven connections: the option is named where nodes accept for themselves", () => {
  const logged: string[] = [];
  hintsFor({ accepted: () => undefined, log: (line) => void logged.push(line) }, OPTIONS).onUneven();
  assert.equal(logged.length, 1);
  assert.match(String(logged[0]), /balance: "least-connections"/);
});

test("where the master hands connections over, nothing is said", () => {
  const accepted = { waiting: 0, held: {}, malformed: 0 };
  hintsFor({ accepted: () => accepted, log: () => assert.fail("it was said") }, OPTIONS).onUneven();
});

const NOT_LISTENED =
  "the program has not called listen() after 3 s; readyTimeout is 30 s, and a node that does not serve by then is killed";
const NOT_READY = NOT_LISTENED.replace("called listen()", 'said process.send("ready")');

/** The options, what the first node says at once, and the lines of the log after a while. */
const STARTS: readonly (readonly [
  options: Partial<SupervisorOptions>,
  said: "ready" | "accepting" | undefined,
  logged: string[],
])[] = [
  [{ firstStart: "watched" }, undefined, [NOT_LISTENED]],
  [{ firstStart: "watched" }, "accepting", []],
  [{ firstStart: "watched", waitReady: true }, "accepting", [NOT_READY]],
  [{ firstStart: "watched" }, "ready", []],
  [{ firstStart: "unwatched" }, undefined, []],
];

for (const [options, said, logged] of STARTS) {
  test(`${JSON.stringify(options)}, a node that is ${said ?? "silent"}: ${logged.length} lines`, () => {
    const world = new FakeWorld({ places: 1, ...options }).start();
    if (said !== undefined) world.say("node-1", said);
    world.pass(2_000);
    assert.deepEqual(world.logged, []);
    world.pass(10_000);
    assert.deepEqual(world.logged, logged);
  });
}
