// Calls between processes in memory: values there and back, errors, handlers that come and go.
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { Answer, type Call } from "#src/messages/answer.js";
import { FRAME_ANSWER, FRAME_UNHANDLE } from "#src/messages/link-frames.js";
import { within } from "../../helpers/deadline.js";
import { masterAndHandler, processSet, twoProcesses } from "../../helpers/process-set.js";

test("a call is answered by the process that it names: a node, the master, the caller itself", async () => {
  const set = processSet(3);
  for (const { id, handlers } of set) handlers.handle("who", () => id);
  for (const caller of set) {
    await caller.knows("who", "master", "node-1", "node-2");
    for (const { id } of set) assert.equal(await answer(caller.calls.call(id, "who", undefined)), id);
  }
});

test("what a call gives to then() and finally() is a promise like any other", async () => {
  const [master] = await masterAndHandler("echo", (value) => value);
  const call = master.calls.call("node-1", "echo", 1);
  const next = call.then((value) => value);
  assert.ok(call instanceof Answer && !(next instanceof Answer));
  assert.equal(Object.getPrototypeOf(next), Promise.prototype);
  assert.equal(
    await within(
      next.finally(() => {}),
      "answer",
    ),
    1,
  );
});

test("values go there and back as the codec carries them", async () => {
  const [master] = await masterAndHandler("echo", (value) => value);
  const value = { map: new Map([[1, new Date(2)]]), big: 3n, bytes: Buffer.from("four"), none: undefined };
  assert.deepEqual(await answer(master.calls.call("node-1", "echo", value)), value);
  assert.equal(await answer(master.calls.call("node-1", "echo", undefined)), undefined);
});

test("a handler may return a value, a promise, or something that can be awaited", async () => {
  const awaitable = { then: (resolve: (value: number) => void) => resolve(3) };
  const results = [1, Promise.resolve(2), awaitable, undefined];
  const [master] = await masterAndHandler("next", () => results.shift());
  for (const expected of [1, 2, 3, undefined]) {
    assert.equal(await answer(master.calls.call("node-1", "next", undefined)), expected);
  }
});

test("a handler knows who calls, and has a signal that has not aborted", async () => {
  const [master] = await masterAndHandler("context", (_, { from, signal }) => [from, signal.aborted]);
  const got = await answer(master.calls.call("node-1", "context", undefined));
  assert.deepEqual(got, [{ id: "master", pid: 1, isMaster: true, since: 0 }, false]);
});

test("answers come in the order in which they are given, not in that of the calls", async () => {
  const waiting: ((value: string) => void)[] = [];
  const [master, node] = await masterAndHandler("wait", () => new Promise((resolve) => waiting.push(resolve)));
  const calls = [1, 2].map(() => master.calls.call("node-1", "wait", undefined));
  const order: unknown[] = [];
  for (const call of calls) void call.then((value) => order.push(value));
  await node.until(() => waiting.length === 2, "both calls come");
  waiting[1]?.("second");
  waiting[0]?.("first");
  await within(Promise.all(calls), "both are answered");
  assert.deepEqual(order, ["second", "first"]);
});

test("what a handler throws arrives with name, message and code", async () => {
  const failure = Object.assign(new RangeError("too far"), { code: "E_FAR", errno: -5 });
  const handlers = [
    () => {
      throw failure;
    },
    () => Promise.reject(failure),
  ];
  for (const handler of handlers) {
    const [master] = await masterAndHandler("fail", handler);
    const error = await rejection(master.calls.call("node-1", "fail", undefined));
    assert.ok(error instanceof RangeError);
    const { name, message, code } = error as NodeJS.ErrnoException;
    assert.deepEqual({ name, message, code }, { name: "RangeError", message: "too far", code: "E_FAR" });
  }
});

test("what is thrown and is no error arrives as it is", async () => {
  const thrown = [undefined, null, "text", { code: 404 }];
  const [master] = await masterAndHandler("fail", (index) => Promise.reject(thrown[index as number]));
  for (const [index, expected] of thrown.entries()) {
    assert.deepEqual(await rejection(master.calls.call("node-1", "fail", index)), expected);
  }
});

test("an error that cannot be sent as it is arrives as its name, message and code", async () => {
  const odd = [
    Object.assign(new TypeError("why not", { cause: () => {} }), { code: "E_ODD" }),
    Object.assign(new Error("x".repeat(2 * 1024 * 1024)), { code: 7 }),
    Object.defineProperty(new Error("hidden"), "message", { get: () => assert.fail("no message") }),
  ];
  const [master] = await masterAndHandler("fail", (index) => Promise.reject(odd[index as number]));
  const errors: NodeJS.ErrnoException[] = [];
  for (const index of odd.keys()) {
    errors.push((await rejection(master.calls.call("node-1", "fail", index))) as NodeJS.ErrnoException);
  }
  assert.ok(errors.every((error) => error instanceof Error));
  assert.deepEqual(
    errors.map(({ name, code }) => [name, code]),
    [
      ["TypeError", "E_ODD"],
      ["Error", 7],
      ["Error", undefined],
    ],
  );
  assert.equal(errors[0]?.message, "why not");
  assert.equal(errors[1]?.message, "x".repeat(1_000));
  assert.match(errors[2]?.message ?? "", /cannot be sent/);
});

test("a result that cannot be sent rejects at the caller's side, and the next is answered", async () => {
  const results = [
    () => () => {},
    () => "x".repeat(2 * 1024 * 1024),
    () => Promise.reject(Symbol("odd")),
    () => "fine",
  ];
  const [master] = await masterAndHandler("next", () => results.shift()?.());
  const call = (): Call => master.calls.call("node-1", "next", undefined);
  assert.equal(((await rejection(call())) as Error).name, "DataCloneError");
  assert.equal(((await rejection(call())) as NodeJS.ErrnoException).code, "MN_ERR_FRAME_TOO_LARGE");
  assert.equal(((await rejection(call())) as Error).name, "DataCloneError");
  assert.equal(await answer(call()), "fine");
});

test("where not even the words of an error fit, the call rejects all the same", async () => {
  const limits = { maxPayload: 8, maxBufferedAmount: 1024 };
  const [master] = await masterAndHandler("fail", () => Promise.reject(new Error("too long")), limits);
  assert.equal(await rejection(master.calls.call("node-1", "fail", undefined)), null);
});

test("a value that cannot be sent rejects, and the next is sent", async () => {
  const [master, node] = await masterAndHandler("echo", (value) => value);
  const { signal } = new AbortController();
  const error = await rejection(master.calls.call("node-1", "echo", () => {}, { signal }));
  assert.equal(getEventListeners(signal, "abort").length, 0);
  assert.ok(error instanceof DOMException && error.name === "DataCloneError");
  const { code } = (await rejection(
    master.calls.call("node-1", "echo", "x".repeat(2 * 1024 * 1024)),
  )) as NodeJS.ErrnoException;
  assert.equal(code, "MN_ERR_FRAME_TOO_LARGE");
  assert.deepEqual(await answer(master.calls.call("node-1", "echo", { a: 1 })), { a: 1 });
  assert.equal(node.errors.length, 0);
});

test("a handler may call others, and its own process", async () => {
  const [master, node] = twoProcesses();
  master.handlers.handle("double", (value) => 2 * (value as number));
  node.handlers.handle("increment", (value) => (value as number) + 1);
  node.handlers.handle("both", async (value) => {
    const doubled = await node.calls.call("master", "double", value);
    return node.calls.call("node-1", "increment", doubled);
  });
  await master.knows("both", "node-1");
  await node.knows("double", "master");
  assert.equal(await answer(master.calls.call("node-1", "both", 4)), 9);
});

test("a process that calls itself again and again leaves others their turn", async () => {
  const [master] = twoProcesses();
  master.handlers.handle("again", () => {});
  const others = new AbortController();
  setImmediate(() => others.abort());
  for (let i = 0; i < 10_000 && !others.signal.aborted; i++) await master.calls.call("master", "again", undefined);
  assert.ok(others.signal.aborted);
});

test("a handler that is removed is called no more, but finishes what it has begun", async () => {
  const [master, node] = twoProcesses();
  let finish: (value: string) => void = assert.fail;
  const remove = node.handlers.handle("slow", () => new Promise((resolve) => (finish = resolve)));
  await master.knows("slow", "node-1");
  const call = master.calls.call("node-1", "slow", undefined);
  await node.until(() => finish !== assert.fail, "the call comes");
  remove();
  // Sent before the master hears of it: nothing runs, and the answer says so.
  const late = master.calls.call("node-1", "slow", { some: "value" });
  assert.equal(((await rejection(late)) as NodeJS.ErrnoException).code, "MN_ERR_NO_HANDLER");
  await master.until(() => master.frames.includes(FRAME_UNHANDLE), "the master hears of it");
  const later = master.calls.call("node-1", "slow", undefined);
  assert.equal(((await rejection(later)) as NodeJS.ErrnoException).code, "MN_ERR_NO_HANDLER");
  finish("done");
  assert.equal(await answer(call), "done");
});

test("a handler is removed once: not the one that took its place", async () => {
  const [master, node] = twoProcesses();
  const remove = node.handlers.handle("name", () => "first");
  remove();
  node.handlers.handle("name", () => "second");
  remove();
  await node.knows("name", "node-1");
  assert.equal(await answer(node.calls.call("node-1", "name", undefined)), "second");
  await master.until(() => master.linkTo("node-1").remote.handles.get("name") === 2, "the master knows the second");
  assert.equal(await answer(master.calls.call("node-1", "name", undefined)), "second");
});

test("handle() refuses bad names, bad handlers and a name that is taken", () => {
  const [{ handlers }] = twoProcesses();
  handlers.handle("name", () => {});
  assert.throws(() => handlers.handle("name", () => {}), { name: "UsageError", code: "MN_ERR_HANDLER_TWICE" });
  for (const name of ["", "\ud800", "ä".repeat(128), undefined, 5]) {
    assert.throws(() => handlers.handle(name as string, () => {}), { name: "UsageError", code: "MN_ERR_OPTION" });
  }
  assert.throws(() => handlers.handle("other", {} as () => void), { message: /a function is taken, got \{\}/ });
  handlers.handle("ä".repeat(127), () => {});
});

test("call() rejects what it does not take, and says what it takes", async () => {
  const [{ calls }] = twoProcesses();
  const wrong: [unknown, unknown, unknown, RegExp][] = [
    ["node-x", "name", undefined, /target of a call: the id of a process .* is taken, got 'node-x'/],
    ["anyone", "name", undefined, /target/],
    [undefined, "name", undefined, /target/],
    [5, "name", undefined, /target/],
    ["master", "", undefined, /name of a call: a string of 1 to 255 bytes/],
    ["any", 5, undefined, /name of a call/],
    ["all", "\udc00", undefined, /name of a call/],
    ["master", "name", { timeout: -1 }, /option timeout: milliseconds, .* got -1/],
    ["master", "name", { timeout: 2 ** 31 }, /option timeout/],
    ["master", "name", { timeout: Number.NaN }, /option timeout/],
    ["master", "name", { timeout: "5" }, /option timeout/],
    ["all", "name", { signal: {} }, /option signal: an AbortSignal is taken/],
    ["any", "name", { timeOut: 5 }, /did you mean timeout\?/],
    ["any", "name", 5, /an object such as/],
    ["any", "name", null, /an object such as/],
  ];
  for (const [target, name, options, message] of wrong) {
    const error = await rejection(calls.call(target as string, name as string, undefined, options as object));
    assert.equal((error as NodeJS.ErrnoException).code, "MN_ERR_OPTION");
    assert.match((error as Error).message, message);
  }
});

test("100 000 calls may be under way at once", async () => {
  const limits = { maxPayload: 1024, maxBufferedAmount: 64 * 1024 * 1024 };
  const waiting: (() => void)[] = [];
  const handler = (value: unknown): Promise<unknown> => new Promise((resolve) => waiting.push(() => resolve(value)));
  const [master, node] = await masterAndHandler("hold", handler, limits);
  const calls = Array.from({ length: 100_000 }, (_, index) => master.calls.call("node-1", "hold", index));
  await node.until(() => waiting.length === calls.length, "all calls come");
  for (const answer of waiting.toReversed()) answer();
  const answers = await within(Promise.all(calls), "all are answered");
  assert.ok(answers.every((answer, index) => answer === index));
  assert.equal(master.frames.filter((type) => type === FRAME_ANSWER).length, 100_000);
});

function answer(call: Call): Promise<unknown> {
  return within(call, "the answer comes");
}

async function rejection(call: Call): Promise<unknown> {
  const settled = await within(Promise.allSettled([call]), "the call fails");
  if (settled[0].status === "fulfilled") assert.fail("the call was answered");
  return settled[0].reason;
}
