// Messages that wait for a reader: their order, the end, and too many of them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageQueue } from "#src/messages/message-queue.js";

const MOST = 65_536;
const END = { done: true, value: undefined };

test("messages are read in the order in which they came, whoever was there first", async () => {
  const { queue } = queueOf<number>();
  queue.add(1);
  queue.add(2);
  const reads = [queue.next(), queue.next(), queue.next(), queue.next()];
  queue.add(3);
  queue.add(4);
  const values = (await Promise.all(reads)).map(({ value }) => value);
  assert.deepEqual(values, [1, 2, 3, 4]);
});

test("undefined is a message like any other", async () => {
  const { queue } = queueOf<undefined>();
  queue.add(undefined);
  assert.deepEqual(await queue.next(), { done: false, value: undefined });
});

test("what waits at the end can still be read, and then it is over", async () => {
  const { queue, ends } = queueOf<number>();
  queue.add(1);
  queue.end();
  queue.end();
  assert.equal(ends(), 1);
  assert.deepEqual([await queue.next(), await queue.next()], [{ done: false, value: 1 }, END]);
});

test("those who wait when it ends are told", async () => {
  const { queue } = queueOf<number>();
  const reads = [queue.next(), queue.next()];
  queue.end();
  assert.deepEqual(await Promise.all(reads), [END, END]);
});

test("who leaves the loop leaves what waits, too", async () => {
  const { queue, ends } = queueOf<number>();
  for (const value of [1, 2, 3]) queue.add(value);
  for await (const value of queue) if (value === 1) break;
  assert.equal(ends(), 1);
  assert.deepEqual(await queue.next(), END);
});

test("as many as may wait are kept; one more, and the reader is told once behind them, and that it is over", async () => {
  const { queue, ends } = queueOf<number>();
  for (let value = 0; value < MOST; value++) queue.add(value);
  assert.equal(ends(), 0);
  queue.add(MOST);
  assert.equal(ends(), 1);
  for (let value = 0; value < MOST; value++) assert.equal((await queue.next()).value, value);
  await assert.rejects(queue.next(), { name: "BackpressureError", code: "MN_ERR_BACKPRESSURE", message: /65536/ });
  assert.deepEqual(await queue.next(), END);
});

test("who leaves the loop after too many is told of no error", async () => {
  const { queue, ends } = queueOf<number>();
  for (let value = 0; value <= MOST; value++) queue.add(value);
  assert.deepEqual(await queue.return(), END);
  assert.deepEqual([await queue.next(), ends()], [END, 1]);
});

function queueOf<Value>(): { queue: MessageQueue<Value>; ends: () => number } {
  let count = 0;
  const queue = new MessageQueue<Value>(() => count++);
  return { queue, ends: () => count };
}
