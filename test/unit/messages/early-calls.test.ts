// Calls that are made before the process that handles them is there, or before its program has called handle().
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Switchboard } from "#src/messages/switchboard.js";
import { within } from "../../helpers/deadline.js";
import { duplexPair } from "../../helpers/duplex-pair.js";
import { peer } from "../../helpers/fake-role.js";
import { LIMITS } from "../../helpers/stations.js";

const NO_HANDLER = { code: "MN_ERR_NO_HANDLER" };
const GONE = { code: "MN_ERR_PEER_GONE" };

test("a call waits until this process has joined the others", async (t) => {
  const [node, master] = boards(t, "node-1", "master");
  master.handlers.handle("double", (number) => 2 * Number(number));
  const doubled = node.calls.call("master", "double", 4);
  node.expect(["master"]);
  node.join();
  await connect(node, "node-1", master, "master");
  assert.equal(await within(doubled, "the answer"), 8);
});

test("a call of a name that is not handled yet waits while the process starts, and gets its answer or its items", async (t) => {
  const [node, master] = boards(t, "node-1", "master");
  node.join();
  await connect(node, "node-1", master, "master");
  const single = ["master", "any"].map((target) => node.calls.call(target, "late", 1));
  const all = node.calls.call("all", "late", 1);
  const items = node.calls.call("master", "count", 2);
  master.handlers.handle("late", (value) => [value, "handled"]);
  master.handlers.handle("count", async function* (to) {
    for (let number = 1; number <= Number(to); number++) yield number;
  });
  const handled = [1, "handled"];
  assert.deepEqual(await within(Promise.all(single), "answers"), [handled, handled]);
  assert.deepEqual(await within(all, "all"), [{ peer: peer("master"), status: "fulfilled", value: [1, "handled"] }]);
  const read: unknown[] = [];
  for await (const item of items) read.push(item);
  assert.deepEqual(read, [1, 2]);
});

test("a name that no process handles fails as soon as all have started, at once from then on", async (t) => {
  const [node, master] = boards(t, "node-1", "master");
  node.join();
  await connect(node, "node-1", master, "master");
  const calls = ["master", "node-1", "any"].map((target) => node.calls.call(target, "misspelt", null));
  const all = node.calls.call("all", "misspelt", null);
  const outcome = Promise.allSettled(calls);
  master.started();
  node.started();
  const codes = (await within(outcome, "they fail")).map((one) => one.status === "rejected" && one.reason.code);
  assert.deepEqual(codes, ["MN_ERR_NO_HANDLER", "MN_ERR_NO_HANDLER", "MN_ERR_NO_HANDLER"]);
  assert.deepEqual(await within(all, "all"), []);
  await assert.rejects(node.calls.call("master", "misspelt", null), NO_HANDLER);
  await assert.rejects(node.calls.call("node-2", "misspelt", null), GONE);
});

test("a process that was started is waited for until it joins, or ends", async (t) => {
  const [node, other] = boards(t, "node-1", "node-2");
  node.join();
  node.started();
  node.expect(["node-2", "node-3"]);
  const joins = node.calls.call("node-2", "who", null);
  const ends = node.calls.call("node-3", "who", null);
  const any = node.calls.call("any", "who", null);
  node.forget("node-3");
  await assert.rejects(within(ends, "it fails"), GONE);
  other.handlers.handle("who", () => "node-2");
  await connect(other, "node-2", node, "node-1");
  assert.deepEqual(await within(Promise.all([joins, any]), "answers"), ["node-2", "node-2"]);
  await assert.rejects(node.calls.call("node-4", "who", null), GONE);
});

test("a process that drains before it has started handles nothing any more", async (t) => {
  const [node, other] = boards(t, "node-1", "node-2");
  node.join();
  await connect(other, "node-2", node, "node-1");
  const call = node.calls.call("node-2", "late", null);
  void other.handlers.drain();
  await assert.rejects(within(call, "it fails"), NO_HANDLER);
});

test("the time-out and the signal of a call count while it waits, and its error tells that it was not sent", async (t) => {
  const [node] = boards(t, "node-1");
  await assert.rejects(within(node.calls.call("master", "n", null, { timeout: 5 }), "it fails"), {
    code: "MN_ERR_CALL_TIMEOUT",
    message: /^master does not handle the call "n" after 5 ms, .*it was not sent/,
  });
  const controller = new AbortController();
  const aborted = node.calls.call("any", "n", null, { timeout: 0, signal: controller.signal });
  controller.abort(new Error("not wanted"));
  await assert.rejects(within(aborted, "it fails"), { code: "MN_ERR_CALL_ABORTED" });
  await assert.rejects(node.calls.call("any", "n", null, { signal: controller.signal }), {
    code: "MN_ERR_CALL_ABORTED",
  });
});

test("what is left of its time-out is the time for the answer", async (t) => {
  const [node, master] = boards(t, "node-1", "master");
  const call = node.calls.call("master", "never", null, { timeout: 200 });
  master.handlers.handle("never", () => new Promise(() => {}));
  node.expect(["master"]);
  node.join();
  await connect(node, "node-1", master, "master");
  const message = 'master has not answered the call "never" within 200 ms';
  await assert.rejects(within(call, "it fails"), (error: Error) => error.message.startsWith(message));
});

test("a value is that of the time of the call, and one that cannot be sent fails at once", async (t) => {
  const [node, master] = boards(t, "node-1", "master");
  const value = { count: 1, bytes: Buffer.from("abc") };
  const call = node.calls.call("master", "echo", value);
  value.count = 2;
  await assert.rejects(
    node.calls.call("master", "echo", () => {}),
    { name: "DataCloneError" },
  );
  await assert.rejects(node.calls.call("master", "echo", Buffer.alloc(LIMITS.maxPayload + 1)), {
    code: "MN_ERR_FRAME_TOO_LARGE",
  });
  master.handlers.handle("echo", (echoed) => echoed);
  node.expect(["master"]);
  node.join();
  await connect(node, "node-1", master, "master");
  assert.deepEqual(await within(call, "the echo"), { count: 1, bytes: Buffer.from("abc") });
});

test("what waits has a limit", async (t) => {
  const [node] = boards(t, "node-1");
  const value = Buffer.alloc(LIMITS.maxPayload - 100);
  const calls = Array.from({ length: 6 }, () => node.calls.call("master", "keep", value));
  await assert.rejects(within(calls[5] as Promise<unknown>, "it fails"), { code: "MN_ERR_BACKPRESSURE" });
  node.close();
  for (const outcome of await Promise.allSettled(calls)) assert.equal(outcome.status, "rejected");
});

test("waiting calls are sent in the order in which they were made, and end with the service", async (t) => {
  const [node, master] = boards(t, "node-1", "master");
  const calls = [1, 2, 3].map((number) => node.calls.call("master", "note", number));
  const noted: unknown[] = [];
  master.handlers.handle("note", (number) => void noted.push(number));
  node.expect(["master"]);
  node.join();
  await connect(node, "node-1", master, "master");
  await within(Promise.all(calls), "all are answered");
  assert.deepEqual(noted, [1, 2, 3]);
  const last = node.calls.call("any", "late", null);
  node.close();
  await assert.rejects(within(last, "it fails"), NO_HANDLER);
});

function boards<Ids extends string[]>(t: TestContext, ...ids: Ids): { [Index in keyof Ids]: Switchboard } {
  const made = ids.map((id) => new Switchboard(peer(id), LIMITS, { join() {}, leave() {}, fault() {} }));
  t.after(() => {
    for (const board of made) board.close();
  });
  return made as { [Index in keyof Ids]: Switchboard };
}

async function connect(dialer: Switchboard, dialerId: string, acceptor: Switchboard, id: string): Promise<void> {
  const [near, far] = duplexPair();
  const sides = [acceptor.connect(far, peer(dialerId), "acceptor"), dialer.connect(near, peer(id), "dialer")];
  await within(Promise.all(sides), "they join");
}
