// Sockets that programs have closed: let go when no node that lives wants them, and not sooner than after a while.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Usage } from "#src/master/usage.js";

const GRACE_MS = 10_000;
const key = "tcp:*:80";

test("a socket is let go when the last node has closed it, after a while", (t) => {
  const { usage, released, pass } = start(t, "node-1", "node-2");
  usage.hear("node-1", { type: "closed", key });
  pass(GRACE_MS);
  assert.deepEqual(released, []);
  usage.hear("node-2", { type: "closed", key });
  pass(GRACE_MS - 1);
  assert.deepEqual(released, []);
  pass(1);
  assert.deepEqual(released, [key]);
});

test("who listens again, or asks for it, keeps it", (t) => {
  const { usage, released, pass } = start(t, "node-1");
  usage.hear("node-1", { type: "closed", key });
  pass(GRACE_MS - 1);
  usage.sent("node-1", key);
  pass(GRACE_MS);
  usage.hear("node-1", { type: "listening", key });
  usage.hear("node-1", { type: "closed", key });
  pass(GRACE_MS - 1);
  assert.deepEqual(released, [], "the time begins anew");
  pass(1);
  assert.deepEqual(released, [key]);
});

test("deaths and drains let nothing go", (t) => {
  const { usage, released, pass } = start(t, "node-1", "node-2");
  usage.hear("node-1", { type: "closed", key });
  usage.gone("node-2");
  usage.hear("node-2", { type: "closed", key });
  pass(GRACE_MS);
  assert.deepEqual(released, []);
});

test("nor does a node that ends soon after it has closed it: its successor may want it", (t) => {
  const { usage, released, pass } = start(t, "node-1");
  usage.hear("node-1", { type: "closed", key });
  usage.gone("node-1");
  pass(GRACE_MS);
  assert.deepEqual(released, []);
});

test("a node that starts with it keeps it, until it serves without", (t) => {
  const { usage, released, pass } = start(t, "node-1");
  usage.starts("node-2", [{ key }]);
  usage.hear("node-1", { type: "closed", key });
  pass(GRACE_MS);
  assert.deepEqual(released, []);
  usage.serves("node-2");
  pass(GRACE_MS);
  assert.deepEqual(released, [key]);
});

test("what programs have closed is let go at once when something else is wanted in its place, and only that", (t) => {
  const { usage, released, pass } = start(t, "node-1", "node-2");
  usage.hear("node-1", { type: "closed", key });
  assert.equal(usage.letGo([key, "tcp:*:81"]), "none");
  usage.hear("node-2", { type: "closed", key });
  assert.equal(usage.letGo([key, "tcp:*:81"]), "some");
  assert.deepEqual(released, [key]);
  pass(GRACE_MS);
  assert.equal(usage.letGo([key]), "none");
  assert.deepEqual(released, [key]);
});

test("a socket that no node has any more is closed a second after the last one that had it drains", (t) => {
  const { usage, released, pass } = start(t, "node-1", "node-2");
  for (const id of ["node-3", "node-4"]) {
    usage.starts(id, [{ key }]);
    usage.serves(id);
  }
  usage.gone("node-1");
  pass(GRACE_MS);
  assert.deepEqual(released, []);
  usage.gone("node-2");
  pass(999);
  assert.deepEqual(released, []);
  pass(1);
  assert.deepEqual(released, [key]);
});

test("not where a node is starting that may listen there, or none serves", (t) => {
  const { usage, released, pass } = start(t, "node-1", "node-2");
  usage.gone("node-1");
  usage.starts("node-3", []);
  usage.serves("node-3");
  usage.gone("node-2");
  usage.starts("node-4", [{ key }]);
  pass(GRACE_MS);
  assert.deepEqual(released, []);
  usage.gone("node-3");
  usage.gone("node-4");
  pass(GRACE_MS);
  assert.deepEqual(released, []);
});

test("a node is to listen on what the latest one that serves does; where none serves, on all that is held", (t) => {
  const { usage } = start(t, "node-1");
  const held = [key, "tcp:*:81"];
  usage.starts("node-2", [{ key }]);
  assert.deepEqual(usage.expected(held), [key]);
  usage.hear("node-2", { type: "listening", key: "tcp:*:81" });
  usage.serves("node-2");
  assert.deepEqual(usage.expected(held), ["tcp:*:81"]);
  for (const id of ["node-1", "node-2"]) usage.gone(id);
  assert.deepEqual(usage.expected(held), held);
});

/** These nodes serve, and listen on the socket. */
function start(
  t: TestContext,
  ...ids: string[]
): { usage: Usage; released: string[]; pass: (milliseconds: number) => void } {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const released: string[] = [];
  const usage = new Usage("hosted", (name) => released.push(name));
  for (const id of ids) {
    usage.starts(id, [{ key }]);
    usage.hear(id, { type: "listening", key });
    usage.serves(id);
  }
  return { usage, released, pass: (milliseconds) => t.mock.timers.tick(milliseconds) };
}
