// The two ends of a promise, and a list of promises that grows while it is waited for.
import assert from "node:assert/strict";
import { test } from "node:test";
import { allSettled, Deferred } from "#src/promises.js";

test("a deferred promise takes its value or its error from outside", async () => {
  const good = new Deferred<number>();
  good.resolve(7);
  good.reject(new Error("too late"));
  assert.equal(await good.promise, 7);
  const bad = new Deferred<number>();
  bad.reject(new Error("no"));
  await assert.rejects(bad.promise, /^Error: no$/);
});

test("a rejection that nobody waits for ends no process", async (t) => {
  const unhandled = t.mock.fn();
  process.once("unhandledRejection", unhandled);
  t.after(() => process.off("unhandledRejection", unhandled));
  new Deferred<void>().reject(new Error("unheard"));
  await new Promise(setImmediate);
  assert.equal(unhandled.mock.callCount(), 0);
});

test("an empty list is settled", async () => {
  await allSettled([]);
});

test("what is added while the others are waited for is waited for too", async () => {
  const [first, second, third] = [new Deferred<void>(), new Deferred<void>(), new Deferred<void>()];
  const list: Promise<void>[] = [first.promise];
  let settled = false;
  const all = (async () => {
    await allSettled(list);
    settled = true;
  })();
  list.push(second.promise);
  first.resolve();
  await new Promise(setImmediate);
  assert.equal(settled, false, "the second is open");
  list.push(third.promise);
  second.resolve();
  await new Promise(setImmediate);
  assert.equal(settled, false, "the third is open");
  third.resolve();
  await all;
});

test("one that fails fails the whole, with its error", async () => {
  const error = new Error("one of them");
  await assert.rejects(allSettled([Promise.resolve(), Promise.reject(error), new Promise(() => {})]), error);
});
