// Answers that come in items.
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { Readable } from "node:stream";
import { test } from "node:test";
import { CallAbortedError, CallTimeoutError, PeerGoneError } from "#src/errors.js";
import type { Call } from "#src/messages/answer.js";
import { ITEM_WINDOW } from "#src/messages/answer-stream.js";
import { FRAME_CREDIT, FRAME_END, FRAME_ITEM } from "#src/messages/link-frames.js";
import type { CallContext, Handler } from "#src/messages/running-call.js";
import { Deferred } from "#src/promises.js";
import { within } from "../../helpers/deadline.js";
import { type FakeProcess, LIMITS, masterAndHandler } from "../../helpers/process-set.js";

const MANY = 1_000;

test("the items of a generator arrive in order, awaited or iterated at once, from far and from here", async () => {
  const [master, node] = await masterAndHandler("count", countTo);
  const expected = Array.from({ length: MANY }, (_, index) => ({ index }));
  assert.deepEqual(await all(master.calls.call("node-1", "count", MANY)), expected);
  assert.deepEqual(await all(await stream(master.calls.call("node-1", "count", MANY))), expected);
  assert.deepEqual(await all(node.calls.call("node-1", "count", MANY)), expected);
  assert.deepEqual(await all(master.calls.call("node-1", "count", 0)), []);
  assert.equal(node.self.remote.busy, 0);
});

test("each number of items around the window arrives", async () => {
  const [master] = await masterAndHandler("count", countTo);
  for (const count of [1, 15, 16, 17, 31, 32, 33, 48, 64, 65]) {
    assert.equal((await all(master.calls.call("node-1", "count", count))).length, count);
  }
});

test("what gives items is read, whatever it is: a generator from a promise, a stream of Node, an answered call", async () => {
  const [master, node] = await masterAndHandler("promised", (count) => Promise.resolve(countTo(count)));
  node.handlers.handle("readable", () => Readable.from(["a", "b"]));
  node.handlers.handle("relay", (count) => node.calls.call("node-1", "promised", count));
  await master.knows("relay", "node-1");
  assert.equal((await all(master.calls.call("node-1", "promised", 3))).length, 3);
  assert.deepEqual(await all(master.calls.call("node-1", "readable", null)), ["a", "b"]);
  assert.equal((await all(master.calls.call("node-1", "relay", 100))).length, 100);
});

test("an answer that is no stream cannot be iterated, and the error says so", async () => {
  const [master] = await masterAndHandler("one", () => 1);
  await assert.rejects(all(master.calls.call("node-1", "one", null)), {
    code: "MN_ERR_OPTION",
    message: /one value, 1:/,
  });
  await assert.rejects(all(master.calls.call("all", "one", null)), { code: "MN_ERR_OPTION" });
  await assert.rejects(all(master.calls.call("node-1", "none", null)), { code: "MN_ERR_NO_HANDLER" });
});

test("a generator gets no further than the window while nobody reads", async () => {
  let made = 0;
  const [master, node] = await masterAndHandler("count", async function* () {
    for (;;) yield made++;
  });
  const items = await stream(master.calls.call("node-1", "count", null));
  await master.until(() => frames(master, FRAME_ITEM) === ITEM_WINDOW, "the window comes");
  await quiet();
  assert.equal(made, ITEM_WINDOW);
  for (let i = 0; i < ITEM_WINDOW / 2; i++) await within(items.next(), "item");
  await master.until(() => frames(master, FRAME_ITEM) === 1.5 * ITEM_WINDOW, "what was read is made up for");
  await quiet();
  assert.equal(made, 1.5 * ITEM_WINDOW);
  assert.equal(frames(node, FRAME_CREDIT), 1);
  await items.return();
});

test("leaving the loop ends the generator, aborts its signal, and the count of calls goes down", async () => {
  const { handler, ended, signal } = endless();
  const [master, node] = await masterAndHandler("endless", handler);
  for await (const item of master.calls.call("node-1", "endless", null)) if (item === 40) break;
  await within(ended, "the generator ends");
  assert.equal((await signal).aborted, true);
  await node.until(() => node.self.remote.busy === 0, "it is not in progress any more");
});

test("a generator that waits for something of its own ends by its signal", async () => {
  const ended = new Deferred<void>();
  const [master] = await masterAndHandler("feed", async function* (_: unknown, { signal }: CallContext) {
    yield 1;
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    ended.resolve();
  });
  for await (const _ of master.calls.call("node-1", "feed", null)) break;
  await within(ended.promise, "it ends");
});

test("items that came before an error are read before it; then there are no more", async () => {
  const [master] = await masterAndHandler("fail", async function* () {
    yield 1;
    yield 2;
    throw Object.assign(new Error("no third"), { code: "E_THIRD" });
  });
  const items = await stream(master.calls.call("node-1", "fail", null));
  await master.until(() => frames(master, FRAME_ITEM) === 2, "items come");
  await quiet();
  assert.deepEqual(await items.next(), { done: false, value: 1 });
  assert.deepEqual(await items.next(), { done: false, value: 2 });
  await assert.rejects(items.next(), { message: "no third", code: "E_THIRD" });
  assert.deepEqual(await items.next(), { done: true, value: undefined });
});

test("an item that cannot be sent ends the answer with an error, and the generator", async () => {
  for (const [item, code] of [
    [() => {}, 25],
    ["x".repeat(2 * 1024 * 1024), "MN_ERR_FRAME_TOO_LARGE"],
  ]) {
    const ended = new Deferred<void>();
    const [master, node] = await masterAndHandler("odd", async function* () {
      try {
        yield 1;
        yield item;
      } finally {
        ended.resolve();
      }
    });
    await assert.rejects(all(master.calls.call("node-1", "odd", null)), { code });
    await within(ended.promise, "the generator ends");
    await node.until(() => node.self.remote.busy === 0, "it is not in progress any more");
  }
});

test("many may ask for items at once, and each gets its own", async () => {
  const [master] = await masterAndHandler("count", countTo);
  const items = await stream(master.calls.call("node-1", "count", 3));
  const got = await within(Promise.all([1, 2, 3, 4, 5].map(() => items.next())), "all get something");
  assert.deepEqual(
    got.map(({ value }) => (value as { index: number } | undefined)?.index),
    [0, 1, 2, undefined, undefined],
  );
});

test("an error goes to the first who waits; the others hear the end", async () => {
  const [master, node] = await masterAndHandler("wait", async function* () {
    await new Promise(() => {});
    yield 1;
  });
  const items = await stream(master.calls.call("node-1", "wait", null));
  const [first, second] = [items.next(), items.next()];
  node.kill();
  await assert.rejects(within(first, "the error"), PeerGoneError);
  assert.deepEqual(await within(second, "the end"), { done: true, value: undefined });
});

test("when the process dies, what had come is read, then the error", async () => {
  const [master, node] = await masterAndHandler("some", async function* () {
    yield 1;
    yield 2;
    await new Promise(() => {});
  });
  const items = await stream(master.calls.call("node-1", "some", null, { timeout: 0 }));
  await master.until(() => frames(master, FRAME_ITEM) === 2, "items come");
  node.kill();
  await master.until(() => master.errors.length === 1, "the link closes");
  assert.equal((await items.next()).value, 1);
  assert.equal((await items.next()).value, 2);
  await assert.rejects(items.next(), PeerGoneError);
});

test("when the reader dies, the generator ends", async () => {
  const { handler, ended, signal } = endless();
  const [master, node] = await masterAndHandler("endless", handler);
  const items = await stream(master.calls.call("node-1", "endless", null));
  await within(items.next(), "item");
  master.kill();
  await within(ended, "the generator ends");
  assert.equal(((await signal).reason as PeerGoneError).code, "MN_ERR_PEER_GONE");
  await node.until(() => node.self.remote.busy === 0, "it is not in progress any more");
});

test("the time-out counts for each item that is waited for, not for the whole and not while nobody waits", async () => {
  const ended = new Deferred<void>();
  const [master] = await masterAndHandler("two", async function* (_: unknown, { signal }: CallContext) {
    yield 1;
    yield 2;
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    ended.resolve();
  });
  const items = await stream(master.calls.call("node-1", "two", null, { timeout: 500 }));
  await master.until(() => frames(master, FRAME_ITEM) === 2, "items come");
  assert.equal((await items.next()).value, 1);
  assert.equal((await items.next()).value, 2);
  await assert.rejects(within(items.next(), "time-out"), (error) => {
    assert.ok(error instanceof CallTimeoutError);
    assert.match(error.message, /node-1 has not sent the next item of the call "two" within 500 ms/);
    return true;
  });
  await within(ended.promise, "the generator hears of it");
  assert.equal((await items.next()).done, true);
});

test("each of many who wait for items has the whole time-out", async () => {
  const go = new Deferred<void>();
  const [master] = await masterAndHandler("one", async function* () {
    await go.promise;
    yield 1;
    await new Promise(() => {});
  });
  const items = await stream(master.calls.call("node-1", "one", null, { timeout: 300 }));
  const [first, second] = [items.next(), items.next()];
  go.resolve();
  assert.equal((await within(first, "item")).value, 1);
  await assert.rejects(within(second, "time-out"), CallTimeoutError);
});

test("between items that are waited for, the time-out does not count", async () => {
  const go = new Deferred<number>();
  const [master, node] = await masterAndHandler("two", async function* () {
    yield await go.promise;
    yield 2;
  });
  node.handlers.handle("never", () => new Promise(() => {}));
  await master.knows("never", "node-1");
  const items = await stream(master.calls.call("node-1", "two", null, { timeout: 300 }));
  const first = items.next();
  go.resolve(1);
  assert.equal((await within(first, "item")).value, 1);
  // A call that begins later and ends by the same time-out tells that as much time has passed.
  await assert.rejects(within(master.calls.call("node-1", "never", null, { timeout: 300 }), "time-out"));
  assert.equal((await items.next()).value, 2);
  assert.equal((await within(items.next(), "end")).done, true);
});

test("a stream that has ended leaves nothing on the signal", async () => {
  const [master] = await masterAndHandler("count", countTo);
  const { signal } = new AbortController();
  await all(master.calls.call("node-1", "count", 100, { signal }));
  assert.equal(getEventListeners(signal, "abort").length, 0);
  for await (const _ of master.calls.call("node-1", "count", 100, { signal })) break;
  assert.equal(getEventListeners(signal, "abort").length, 0);
});

test("an abort ends the answer at once: what had come is not read any more", async () => {
  const { handler, ended } = endless();
  const [master] = await masterAndHandler("endless", handler);
  const controller = new AbortController();
  const items = await stream(master.calls.call("node-1", "endless", null, { signal: controller.signal }));
  await within(items.next(), "item");
  controller.abort("enough");
  await assert.rejects(items.next(), (error) => error instanceof CallAbortedError && error.cause === "enough");
  assert.equal((await items.next()).done, true);
  await within(ended, "the generator ends");
});

test("a generator that comes when nobody wants it any more is ended", async () => {
  const go = new Deferred<void>();
  const returned = new Deferred<void>();
  const items = {
    [Symbol.asyncIterator]: () => items,
    next: () => assert.fail("nobody wants it"),
    return: () => {
      returned.resolve();
      return Promise.reject(new Error("nobody hears this"));
    },
  };
  const [master, node] = await masterAndHandler("late", () => go.promise.then(() => items));
  const controller = new AbortController();
  const call = master.calls.call("node-1", "late", null, { signal: controller.signal });
  await node.until(() => node.frames.length === 1, "the call comes");
  controller.abort();
  await assert.rejects(call, CallAbortedError);
  await node.until(() => node.frames.length === 2, "the cancellation comes");
  go.resolve();
  await within(returned.promise, "it is ended");
});

test("what only looks like a generator fails as an error", async () => {
  const odd = { [Symbol.asyncIterator]: () => assert.fail("no iterator") };
  const [master] = await masterAndHandler("odd", () => odd);
  await assert.rejects(within(master.calls.call("node-1", "odd", null), "failure"), { message: "no iterator" });
});

test("a returned iteration before the first item ends the generator", async () => {
  const { handler, ended } = endless();
  const [master] = await masterAndHandler("endless", handler);
  const iterator = master.calls.call("node-1", "endless", null)[Symbol.asyncIterator]();
  await within(iterator.return?.() ?? Promise.reject(new Error("no return")), "the end");
  await within(ended, "the generator ends");
  assert.equal((await iterator.next()).done, true);
});

test("large items wait for the link, and none is lost", async () => {
  const limits = { ...LIMITS, maxBufferedAmount: 100_000 };
  const [master, node] = await masterAndHandler(
    "large",
    async function* () {
      for (let i = 0; i < 20; i++) yield String(i).padEnd(60_000);
    },
    limits,
  );
  const items = await stream(master.calls.call("node-1", "large", null));
  master.streamTo("node-1").pause();
  await quiet();
  assert.ok(node.linkTo("master").bufferedAmount < 200_000);
  master.streamTo("node-1").resume();
  const got = await all(items);
  assert.deepEqual(
    got.map((item) => Number(item)),
    Array.from({ length: 20 }, (_, index) => index),
  );
  assert.equal(frames(master, FRAME_END), 1);
});

test("streams of many callers do not disturb each other", async () => {
  const [master, node] = await masterAndHandler("count", countTo);
  const counts = Array.from({ length: 50 }, (_, index) => index * 3);
  const got = await Promise.all(counts.map((count) => all(master.calls.call("node-1", "count", count))));
  assert.deepEqual(
    got.map(({ length }) => length),
    counts,
  );
  assert.equal(node.self.remote.busy, 0);
});

async function* countTo(count: unknown): AsyncGenerator<{ index: number }> {
  for (let index = 0; index < (count as number); index++) yield { index };
}

/** A handler that counts without end, when its generator ended, and its signal. */
function endless(): { handler: Handler; ended: Promise<void>; signal: Promise<AbortSignal> } {
  const ended = new Deferred<void>();
  const its = new Deferred<AbortSignal>();
  const handler = async function* (_: unknown, { signal }: CallContext): AsyncGenerator<number> {
    its.resolve(signal);
    try {
      for (let item = 0; ; item++) yield item;
    } finally {
      ended.resolve();
    }
  };
  return { handler, ended: ended.promise, signal: its.promise };
}

async function stream(call: Call): Promise<Required<AsyncIterableIterator<unknown>>> {
  return (await within(call, "the answer begins")) as Required<AsyncIterableIterator<unknown>>;
}

async function all(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const got: unknown[] = [];
  const read = async (): Promise<void> => {
    for await (const item of items) got.push(item);
  };
  await within(read(), () => `the end comes, after ${got.length} items`);
  return got;
}

function frames(process: FakeProcess, type: number): number {
  return process.frames.filter((one) => one === type).length;
}

/** As many turns of the event loop as anything in memory needs. */
async function quiet(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
