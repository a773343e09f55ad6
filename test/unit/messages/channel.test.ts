// A channel as the web's BroadcastChannel has it, within one process: who hears what, and how one listens.
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import type { Channel } from "#src/messages/channel.js";
import { Station, stations } from "../../helpers/stations.js";
import { uncaughtErrors } from "../../helpers/uncaught.js";

test("the sender does not hear itself, the others of its name do, and those of another name do not", async () => {
  const station = new Station("node-1");
  const [a, b, c, other] = ["lobby", "lobby", "lobby", "attic"].map((name) => station.channel(name));
  const heard: unknown[] = [];
  for (const [name, channel] of Object.entries({ a, b, c, other })) {
    channel?.on("message", (value) => heard.push([name, value]));
  }
  assert.equal(a?.postMessage("from a"), true);
  c?.postMessage("from c");
  assert.deepEqual(heard, []);
  await station.settledWith("node-1");
  assert.deepEqual(heard, [
    ["b", "from a"],
    ["c", "from a"],
    ["a", "from c"],
    ["b", "from c"],
  ]);
  assert.equal(a?.name, "lobby");
});

test("each gets a clone of its own, which is as the value was when it was sent", async () => {
  const { sender, station, hear } = room(2);
  const value = { list: [1], at: new Date(5), map: new Map([["a", new Set([1])]]) };
  sender.postMessage(value);
  value.list.push(2);
  await station.settledWith(station.id);
  const [[first], [second]] = hear as [[typeof value], [typeof value]];
  for (const got of [first, second]) {
    assert.deepEqual(got, { list: [1], at: new Date(5), map: new Map([["a", new Set([1])]]) });
  }
  assert.notEqual(first, second);
  assert.notEqual(first.list, second.list);
});

test("what cannot be cloned is a DataCloneError at the sender, listened to or not, and disturbs nothing", async () => {
  const { sender, station, hear } = room(1);
  const alone = station.channel("alone");
  for (const value of [() => {}, Symbol("s"), { f() {} }, Promise.resolve()]) {
    assert.throws(() => sender.postMessage(value), { name: "DataCloneError" });
    assert.throws(() => alone.postMessage(value), { name: "DataCloneError" });
  }
  sender.postMessage({ f: 1 });
  await station.settledWith(station.id);
  assert.deepEqual(hear, [[{ f: 1 }]]);
});

test("a getter of a value that sends, too, is refused and disturbs nothing", async () => {
  const { sender, station, hear } = room(1);
  const sly = {
    get text(): boolean {
      return station.channel("other").postMessage("within");
    },
  };
  assert.throws(() => sender.postMessage(sly), { name: "DataCloneError" });
  sender.postMessage({ text: "after" });
  await station.settledWith(station.id);
  assert.deepEqual(hear, [[{ text: "after" }]]);
});

test("values beyond maxPayload are refused, those up to it are not", async () => {
  const station = new Station("node-1", { maxPayload: 1000, maxBufferedAmount: 1_000_000 });
  const [sender, receiver] = [station.channel("lobby"), station.channel("lobby")];
  const heard: unknown[] = [];
  receiver.on("message", (value) => heard.push(value));
  assert.throws(() => sender.postMessage("x".repeat(998)), { name: "UsageError", code: "MN_ERR_FRAME_TOO_LARGE" });
  sender.postMessage("x".repeat(997));
  await station.settledWith("node-1");
  assert.deepEqual(heard, ["x".repeat(997)]);
});

test("after close() nothing comes and nothing can be sent; what was sent before arrives", async () => {
  const { sender, receivers, station, hear } = room(2);
  sender.postMessage("first");
  await station.settledWith(station.id);
  sender.postMessage("second");
  sender.close();
  sender.close();
  receivers[0]?.close();
  assert.throws(
    () => sender.postMessage("third"),
    (error: DOMException) =>
      error instanceof DOMException && error.name === "InvalidStateError" && error.message.includes("lobby"),
  );
  await station.settledWith(station.id);
  assert.deepEqual(hear, [["first"], ["first", "second"]]);
  assert.equal(sender.bufferedAmount, 0);
  await sender.drained;
  sender.onmessage = () => assert.fail("it hears something");
  receivers[1]?.postMessage("unheard");
  await station.settledWith(station.id);
});

test("event objects hold the message, functions of an emitter get it as it is", async () => {
  const { sender, station } = room(0);
  const channel = station.channel("lobby");
  const heard: unknown[] = [];
  const listener = { handleEvent: (event: object): unknown => heard.push(["object", { ...event }]) };
  channel.onmessage = (event) => heard.push(["onmessage", { ...event }]);
  channel.addEventListener("message", (event) => heard.push(["once", { ...event }]), { once: true });
  channel.addEventListener("message", listener);
  channel.on("message", (value) => heard.push(["on", value]));
  const event = { type: "message", target: channel, data: 1 };
  sender.postMessage(1);
  await station.settledWith(station.id);
  assert.deepEqual(heard.splice(0), [
    ["onmessage", event],
    ["once", event],
    ["object", event],
    ["on", 1],
  ]);
  channel.removeEventListener("message", listener);
  channel.onmessage = null;
  sender.postMessage(2);
  await station.settledWith(station.id);
  assert.deepEqual(heard, [["on", 2]]);
  assert.equal(channel.onmessage, null);
});

test("a message that cannot be decoded comes as messageerror, as an event object and to an emitter's listeners", () => {
  const channel = new Station("node-1").channel("lobby");
  const heard: unknown[] = [];
  const error = new Error("garbage");
  const onEvent = (event: object): unknown => heard.push({ ...event });
  channel.onmessageerror = onEvent;
  assert.equal(channel.onmessageerror, onEvent);
  channel.on("messageerror", (told) => heard.push(told));
  channel.deliverError(error);
  assert.deepEqual(heard, [{ type: "messageerror", target: channel, data: error }, error]);
});

test("listeners that throw disturb neither each other nor what comes after, and their errors are not swallowed", async (t) => {
  const errors = uncaughtErrors(t);
  const { sender, receivers, station, hear } = room(2);
  receivers[0]?.prependListener("message", (value) => {
    throw new Error(`no ${String(value)}`);
  });
  for (const value of [1, 2]) sender.postMessage(value);
  await station.settledWith(station.id);
  assert.deepEqual(
    [hear[1], errors],
    [
      [1, 2],
      ["no 1", "no 2"],
    ],
  );
});

test("once() of node:events and removed listeners: only who listens hears", async () => {
  const { sender, station } = room(0);
  const channel = station.channel("lobby");
  const first = once(channel, "message");
  sender.postMessage(1);
  assert.deepEqual(await first, [1]);
  sender.postMessage(2);
  await station.settledWith(station.id);
  const next = once(channel, "message");
  sender.postMessage(3);
  assert.deepEqual(await next, [3]);
});

test("who has removed all listeners can listen again", async () => {
  const { sender, station } = room(0);
  const channel = station.channel("lobby");
  const heard: unknown[] = [];
  for (const remove of [() => channel.removeAllListeners("message"), () => channel.removeAllListeners()]) {
    channel.on("message", () => assert.fail("it was removed"));
    remove();
    channel.on("message", (value) => heard.push(value));
    sender.postMessage(heard.length);
    await station.settledWith(station.id);
    channel.removeAllListeners("message");
  }
  assert.deepEqual(heard, [0, 1]);
});

test("an open channel keeps the process alive, unless it is told not to", async (t) => {
  const [station] = await stations(t, 1);
  const before = held();
  const [a, b] = [1, 2].map(() => station?.board.channels.open("lobby")) as [Channel, Channel];
  assert.equal(held(), before + 1);
  assert.equal(a.unref().unref(), a);
  assert.equal(held(), before + 1);
  b.unref();
  assert.equal(held(), before);
  assert.equal(a.ref().ref(), a);
  assert.equal(held(), before + 1);
  a.close();
  assert.equal(held(), before);
  a.ref();
  assert.equal(held(), before);
});

interface Room {
  station: Station;
  sender: Channel;
  receivers: Channel[];
  /** What each receiver has heard. */
  hear: unknown[][];
}

/** One process with a channel that sends and so many that receive. */
function room(count: number): Room {
  const station = new Station("node-1");
  const receivers = Array.from({ length: count }, () => station.channel("lobby"));
  const hear = receivers.map((receiver) => {
    const heard: unknown[] = [];
    receiver.on("message", (value) => heard.push(value));
    return heard;
  });
  return { station, sender: station.channel("lobby"), receivers, hear };
}

function held(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
}
