// Reading a channel with for await: what is read, when it ends, and a reader that is too slow.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Channel } from "#src/messages/channel.js";
import { within } from "../../helpers/deadline.js";
import { Station } from "../../helpers/stations.js";

test("it gives the messages from the call on, in order, until the channel is closed", async () => {
  const { station, sender, channel } = lobby();
  sender.postMessage("before");
  const messages = channel[Symbol.asyncIterator]();
  for (const value of [1, 2, undefined]) sender.postMessage(value);
  assert.equal((await within(messages.next(), "the first one comes")).value, 1);
  await station.settledWith(station.id);
  channel.close();
  const rest: unknown[] = [];
  for await (const value of messages) rest.push(value);
  assert.deepEqual(rest, [2, undefined]);
});

test("each loop gets every message", async () => {
  const { sender, channel } = lobby();
  const loops = [1, 2].map(async () => {
    const got: unknown[] = [];
    for await (const value of channel) if (got.push(value) === 3) return got;
    return got;
  });
  for (const value of [1, 2, 3, 4]) sender.postMessage(value);
  assert.deepEqual(await within(Promise.all(loops), "both loops end"), [
    [1, 2, 3],
    [1, 2, 3],
  ]);
});

test("who leaves the loop listens no more", async () => {
  const { station, sender, channel } = lobby();
  const messages = channel[Symbol.asyncIterator]();
  assert.equal(channel.listenerCount("message"), 1);
  await messages.return?.();
  assert.equal(channel.listenerCount("message"), 0);
  sender.postMessage("unheard");
  await station.settledWith(station.id);
  assert.deepEqual(await messages.next(), { done: true, value: undefined });
});

test("a channel that is closed has nothing to give", async () => {
  const { channel } = lobby();
  channel.close();
  for await (const value of channel) assert.fail(`it gives ${String(value)}`);
  assert.equal(channel.listenerCount("message"), 0);
});

test("a reader that lags too far behind gets what was kept, then an error; others are not disturbed", async () => {
  const { station, sender, channel } = lobby();
  let heard = 0;
  channel.on("message", () => heard++);
  const messages = channel[Symbol.asyncIterator]();
  for (let value = 0; value < 65_537; value++) {
    if (!sender.postMessage(value)) await sender.drained;
  }
  await station.settledWith(station.id);
  assert.equal(channel.listenerCount("message"), 1, "the reader takes nothing any more");
  sender.postMessage("more");
  await station.settledWith(station.id);
  let read = 0;
  const all = async (): Promise<void> => {
    for await (const value of messages) assert.equal(value, read++);
  };
  await assert.rejects(all(), { code: "MN_ERR_BACKPRESSURE" });
  assert.deepEqual([read, heard], [65_536, 65_538]);
});

function lobby(): { station: Station; sender: Channel; channel: Channel } {
  const station = new Station("node-1");
  return { station, sender: station.channel("lobby"), channel: station.channel("lobby") };
}
