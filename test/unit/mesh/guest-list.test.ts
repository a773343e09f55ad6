// Who may dial: in which order, how often, and for how long the master's word is waited for.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { GuestList } from "#src/mesh/guest-list.js";

test("who is expected has one link and then one stream, and no more until it is forgotten", async () => {
  const list = new GuestList(0);
  list.expect("node-1");
  const answers: boolean[] = [];
  for (const kind of ["stream", "link", "link", "stream", "stream", "link"] as const) {
    answers.push(await list.admit("node-1", kind));
  }
  assert.deepEqual(answers, [false, true, false, true, false, false]);
  list.expect("node-1");
  assert.equal(await list.admit("node-1", "link"), false, "an id is never used again");
});

test("no other id is let in, whatever it is called", async (t) => {
  keepAlive(t);
  const list = new GuestList(0);
  for (const id of ["master", "constructor", "__proto__", "node-", "node-1a", "any", "all", "node-2"]) {
    for (const kind of ["link", "stream"] as const) assert.equal(await list.admit(id, kind), false, id);
  }
});

test("who comes first waits for the master's word, all of them, and one gets in", async (t) => {
  keepAlive(t);
  const list = new GuestList(60_000);
  const answers = Promise.all([list.admit("node-3", "link"), list.admit("node-3", "link")]);
  list.expect("node-3");
  assert.deepEqual(await answers, [true, false]);
});

test("who has ended is not expected any more", async (t) => {
  keepAlive(t);
  const list = new GuestList(0);
  list.expect("node-4");
  list.forget("node-4");
  assert.equal(await list.admit("node-4", "link"), false);
});

/** The list waits without keeping the process alive. */
function keepAlive(t: TestContext): void {
  const timer = setInterval(() => {}, 1_000);
  t.after(() => clearInterval(timer));
}
