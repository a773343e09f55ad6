// Calls that end otherwise than with an answer, or later: time-outs, aborts, processes that go, links that are full.
import assert from "node:assert/strict";
import { getEventListeners, once } from "node:events";
import { test } from "node:test";
import { BackpressureError, CallAbortedError, CallTimeoutError, NoHandlerError, PeerGoneError } from "#src/errors.js";
import { FRAME_ANSWER, FRAME_BUSY, FRAME_CANCEL } from "#src/messages/link-frames.js";
import type { CallContext } from "#src/messages/running-call.js";
import { Deferred } from "#src/promises.js";
import { within } from "../../helpers/deadline.js";
import { connect, FakeProcess, LIMITS, masterAndHandler, processSet } from "../../helpers/process-set.js";

const never = (): Promise<never> => new Promise(() => {});

test("a call that is not answered in time rejects, and the handler's signal aborts", async () => {
  const { handler, aborted } = watched();
  const [master] = await masterAndHandler("slow", handler);
  await assert.rejects(within(master.calls.call("node-1", "slow", 1, { timeout: 1 }), "time-out"), (error) => {
    assert.ok(error instanceof CallTimeoutError);
    assert.equal(error.code, "MN_ERR_CALL_TIMEOUT");
    assert.match(error.message, /node-1 .*"slow" within 1 ms/);
    return true;
  });
  assert.equal(((await aborted) as CallAbortedError).code, "MN_ERR_CALL_ABORTED");
});

test("what is answered too late is not sent, and what follows is understood", async () => {
  const waiting: ((value: object) => void)[] = [];
  const [master, node] = await masterAndHandler("slow", () => new Promise((resolve) => waiting.push(resolve)));
  const call = master.calls.call("node-1", "slow", { a: 1 }, { timeout: 1 });
  await node.until(() => waiting.length === 1, "the call comes");
  await assert.rejects(within(call, "time-out"), CallTimeoutError);
  await node.until(() => node.frames.includes(FRAME_CANCEL), "the cancellation comes");
  waiting[0]?.({ b: 1 });
  const next = master.calls.call("node-1", "slow", { a: 2 });
  await node.until(() => waiting.length === 2, "the next call comes");
  waiting[1]?.({ b: 2 });
  assert.deepEqual(await within(next, "answer"), { b: 2 });
  assert.equal(master.frames.filter((type) => type === FRAME_ANSWER).length, 1);
});

test("an answer that crosses the cancellation is ignored, and what follows is understood", async () => {
  const [master, node] = await masterAndHandler("echo", (value) => ({ value }));
  const controller = new AbortController();
  const call = master.calls.call("node-1", "echo", 1, { signal: controller.signal });
  // The answer lies in the master's stream, unread.
  master.streamTo("node-1").pause();
  await within(once(node.streamTo("master"), "data"), "the call comes");
  controller.abort();
  await assert.rejects(call, CallAbortedError);
  master.streamTo("node-1").resume();
  assert.deepEqual(await within(master.calls.call("node-1", "echo", 2), "answer"), { value: 2 });
  assert.deepEqual(master.frames.filter((type) => type === FRAME_ANSWER).length, 2);
});

test("a signal that has aborted already rejects the call, and nothing is sent", async () => {
  const [master, node] = await masterAndHandler("run", () => assert.fail("it was aborted before"));
  for (const target of ["node-1", "any", "all"]) {
    const call = master.calls.call(target, "run", undefined, { signal: AbortSignal.abort("why") });
    await assert.rejects(call, (error) => error instanceof CallAbortedError && error.cause === "why");
  }
  assert.equal(master.linkTo("node-1").bufferedAmount, 0);
  assert.deepEqual(node.frames, []);
});

test("a signal that aborts later rejects the call with its reason, and the handler's aborts", async () => {
  const { handler, aborted, called } = watched();
  const [master] = await masterAndHandler("slow", handler);
  const controller = new AbortController();
  const call = master.calls.call("node-1", "slow", undefined, { signal: controller.signal });
  await called;
  controller.abort(new Error("enough"));
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof CallAbortedError && error.code === "MN_ERR_CALL_ABORTED");
    assert.equal((error.cause as Error).message, "enough");
    return true;
  });
  assert.equal(((await aborted) as CallAbortedError).code, "MN_ERR_CALL_ABORTED");
});

test("a handler that looks at its signal only after the call was given up finds it aborted", async () => {
  const looked = new Deferred<boolean>();
  const go = new Deferred<void>();
  const [master, node] = await masterAndHandler("slow", async (_, context) => {
    await go.promise;
    looked.resolve(context.signal.aborted);
  });
  await assert.rejects(within(master.calls.call("node-1", "slow", undefined, { timeout: 1 }), "time-out"));
  await node.until(() => node.frames.length === 2, "the cancellation comes");
  go.resolve();
  assert.equal(await within(looked.promise, "the handler looks"), true);
});

test("one signal for many calls has one listener while they wait, and none afterwards", async () => {
  const waiting: (() => void)[] = [];
  const [master, node] = await masterAndHandler("wait", () => new Promise<void>((resolve) => waiting.push(resolve)));
  const controller = new AbortController();
  const { signal } = controller;
  const calls = Array.from({ length: 20 }, () => master.calls.call("node-1", "wait", undefined, { signal }));
  await node.until(() => waiting.length === 20, "all calls come");
  assert.equal(getEventListeners(signal, "abort").length, 1);
  for (const answer of waiting) answer();
  await within(Promise.all(calls), "all are answered");
  assert.equal(getEventListeners(signal, "abort").length, 0);
  const again = master.calls.call("node-1", "wait", undefined, { signal });
  controller.abort();
  await assert.rejects(again, CallAbortedError);
});

test("a process that goes takes the calls to it along, and its own", async () => {
  const [master, node, other] = processSet(3) as [FakeProcess, FakeProcess, FakeProcess];
  const ofMaster = watched();
  master.handlers.handle("slow", ofMaster.handler);
  node.handlers.handle("slow", never);
  other.handlers.handle("echo", (value) => value);
  await master.knows("slow", "node-1");
  await master.knows("echo", "node-2");
  await node.knows("slow", "master");
  const call = master.calls.call("node-1", "slow", undefined, { timeout: 0 });
  void node.calls.call("master", "slow", undefined).catch(() => {});
  await ofMaster.called;
  node.kill();
  await assert.rejects(within(call, "the call fails"), (error) => {
    assert.ok(error instanceof PeerGoneError && error.code === "MN_ERR_PEER_GONE");
    assert.match(error.message, /node-1 is gone/);
    return true;
  });
  assert.equal(((await ofMaster.aborted) as PeerGoneError).code, "MN_ERR_PEER_GONE");
  await assert.rejects(master.calls.call("node-1", "slow", undefined), PeerGoneError);
  await assert.rejects(master.calls.call("node-9", "slow", undefined), PeerGoneError);
  assert.equal(await within(master.calls.call("node-2", "echo", "others go on"), "answer"), "others go on");
});

test("what was answered in time is over: only what was not is cancelled", async () => {
  const [master, node] = await masterAndHandler("slow", (value) => value ?? never());
  assert.equal(await within(master.calls.call("node-1", "slow", 1, { timeout: 200 }), "answer"), 1);
  await assert.rejects(within(master.calls.call("node-1", "slow", null, { timeout: 200 }), "time-out"));
  await node.until(() => node.frames.includes(FRAME_CANCEL), "the cancellation comes");
  assert.equal(node.frames.filter((type) => type === FRAME_CANCEL).length, 1);
});

test("a link that is being closed takes no calls any more, and answers no more", async () => {
  const [master] = await masterAndHandler("slow", never);
  const call = master.calls.call("node-1", "slow", undefined);
  master.linkTo("node-1").close();
  await assert.rejects(master.calls.call("node-1", "slow", undefined), PeerGoneError);
  await assert.rejects(master.calls.call("any", "slow", undefined), NoHandlerError);
  assert.deepEqual(master.errors, []);
  await assert.rejects(within(call, "the call fails"), PeerGoneError);
});

test("calls over a link that is full reject; those over others do not", async () => {
  const limits = { ...LIMITS, maxBufferedAmount: 300_000 };
  const [master, stuck, node] = processSet(3, limits) as [FakeProcess, FakeProcess, FakeProcess];
  for (const { handlers } of [stuck, node]) handlers.handle("size", (value) => (value as string).length);
  await master.knows("size", "node-1", "node-2");
  stuck.streamTo("master").pause();
  const value = "x".repeat(200_000);
  const taken = [1, 2].map(() => master.calls.call("node-1", "size", value, { timeout: 0 }));
  await assert.rejects(master.calls.call("node-1", "size", value), BackpressureError);
  assert.equal(await within(master.calls.call("node-2", "size", value), "answer"), 200_000);
  assert.equal(await within(master.calls.call("any", "size", value), "answer"), 200_000);
  const all = await within(master.calls.call("all", "size", "few"), "all settle");
  assert.deepEqual(
    (all as { status: string; reason?: Error }[]).map(({ status, reason }) => reason?.name ?? status),
    ["BackpressureError", "fulfilled"],
  );
  stuck.streamTo("master").resume();
  const settled = await within(Promise.allSettled(taken), "what was taken is answered");
  assert.ok(settled.every(({ status }) => status === "fulfilled"));
});

test("of those that handle a call, one whose link is full comes last", async () => {
  const limits = { ...LIMITS, maxBufferedAmount: 300_000 };
  const [master, stuck, node] = processSet(3, limits) as [FakeProcess, FakeProcess, FakeProcess];
  for (const { id, handlers } of [stuck, node]) {
    handlers.handle("who", () => id);
    handlers.handle("hold", never);
  }
  await master.knows("hold", "node-1", "node-2");
  stuck.streamTo("master").pause();
  const link = master.linkTo("node-1");
  for (let i = 0; i < 2; i++) link.sendValue(FRAME_ANSWER, Buffer.alloc(200_000), 0);
  assert.ok(link.isFull);
  void master.calls.call("node-2", "hold", null).catch(() => {});
  for (let i = 0; i < 3; i++) {
    assert.equal(await within(master.calls.call("any", "who", null), "answer"), "node-2");
  }
});

test("answers over a link that is full wait for room", async () => {
  const limits = { ...LIMITS, maxBufferedAmount: 100_000 };
  const [master, node] = await masterAndHandler("long", (value) => (value as string).repeat(60_000), limits);
  master.streamTo("node-1").pause();
  const calls = Array.from("abcdefgh", (letter) => master.calls.call("node-1", "long", letter));
  const failing = master.calls.call("node-1", "long", null);
  await node.until(() => node.frames.length === 9, "all calls come");
  assert.ok(node.linkTo("master").bufferedAmount < 200_000);
  master.streamTo("node-1").resume();
  const answers = await within(Promise.all(calls), "all are answered");
  assert.deepEqual(
    answers,
    Array.from("abcdefgh", (letter) => letter.repeat(60_000)),
  );
  await assert.rejects(within(failing, "the failure comes"), TypeError);
});

test("answers that wait for room are given up with their caller", async () => {
  const limits = { ...LIMITS, maxBufferedAmount: 100_000 };
  const [master, node] = await masterAndHandler("long", (value) => (value as string).repeat(60_000), limits);
  master.streamTo("node-1").pause();
  for (const letter of "abcdefgh") void master.calls.call("node-1", "long", letter).catch(() => {});
  await node.until(() => node.frames.length === 8, "all calls come");
  assert.ok(node.self.remote.busy > 0);
  master.kill();
  await node.until(() => node.self.remote.busy === 0, "none is in progress any more");
});

test("the others hear how busy a process is, and so choose another", async () => {
  const set = processSet(3) as [FakeProcess, FakeProcess, FakeProcess];
  const [master, busy, idle] = set;
  const waiting: (() => void)[] = [];
  busy.handlers.handle("work", () => new Promise<void>((resolve) => waiting.push(resolve)));
  idle.handlers.handle("work", () => "idle");
  for (const process of set) await process.knows("work", "node-1", "node-2");
  const calls = [1, 2, 3].map(() => idle.calls.call("node-1", "work", undefined));
  await master.until(() => master.linkTo("node-1").remote.busy === 3, "the master hears of it");
  for (let i = 0; i < 4; i++) assert.equal(await within(master.calls.call("any", "work", undefined), "answer"), "idle");
  for (const answer of waiting) answer();
  await within(Promise.all(calls), "all are answered");
  await master.until(() => master.linkTo("node-1").remote.busy === 0, "the master hears of that, too");
  assert.equal(master.frames.filter((type) => type === FRAME_BUSY).length, 2);
});

test("who joins hears how busy a process is", async () => {
  const [master, node] = await masterAndHandler("slow", never);
  void master.calls.call("node-1", "slow", undefined).catch(() => {});
  await master.until(() => master.linkTo("node-1").remote.busy === 1, "the master hears of it");
  const late = new FakeProcess("node-2");
  connect(late, node);
  await late.until(() => late.linkTo("node-1").remote.busy === 1, "the late one hears of it");
});

test("those that are equally busy take turns, the caller's own process included", async () => {
  const set = processSet(4);
  for (const { id, handlers } of set) handlers.handle("who", () => id);
  const [master] = set as [FakeProcess];
  await master.knows("who", "node-1", "node-2", "node-3");
  const answers: unknown[] = [];
  for (let i = 0; i < 8; i++) answers.push(await within(master.calls.call("any", "who", undefined), "answer"));
  const times = set.map(({ id }) => answers.filter((answer) => answer === id).length);
  assert.deepEqual(times, [2, 2, 2, 2]);
});

test("calls under way from here count as well: many at once are spread evenly", async () => {
  const set = processSet(4);
  const counts = new Map<string, number>();
  for (const { id, handlers } of set) {
    handlers.handle("count", async () => {
      counts.set(id, (counts.get(id) ?? 0) + 1);
      await new Promise((resolve) => setImmediate(resolve));
    });
  }
  const [master] = set as [FakeProcess];
  await master.knows("count", "node-1", "node-2", "node-3");
  await within(Promise.all(Array.from({ length: 40 }, () => master.calls.call("any", "count", 0))), "answers");
  assert.deepEqual([...counts.values()], [10, 10, 10, 10]);
});

test("calls from here count before the other process tells of them", async () => {
  const set = processSet(3);
  const waiting: string[] = [];
  for (const { id, handlers } of set) {
    handlers.handle("hold", () => {
      waiting.push(id);
      return never();
    });
  }
  const [master] = set as [FakeProcess];
  await master.knows("hold", "node-1", "node-2");
  for (const target of ["node-1", "node-1", "any", "any", "any", "any"]) {
    void master.calls.call(target, "hold", null, { timeout: 0 }).catch(() => {});
  }
  for (const process of set) await process.until(() => waiting.length === 6, "all calls come");
  assert.deepEqual(waiting.toSorted(), ["master", "master", "node-1", "node-1", "node-2", "node-2"]);
});

/** A handler that never answers, when it was called, and what its signal aborted with. */
function watched(): {
  handler: (value: unknown, context: CallContext) => Promise<never>;
  called: Promise<void>;
  aborted: Promise<unknown>;
} {
  const called = new Deferred<void>();
  const aborted = new Deferred<unknown>();
  const handler = (_: unknown, { signal }: CallContext): Promise<never> => {
    called.resolve();
    signal.addEventListener("abort", () => aborted.resolve(signal.reason));
    return never();
  };
  return {
    handler,
    called: within(called.promise, "the handler is called"),
    aborted: within(aborted.promise, "the handler's signal aborts"),
  };
}
