// Channels between processes: who gets a message, how often it is encoded, and that everybody can decode it.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Channel } from "#src/messages/channel.js";
import { type Station, settled, stations } from "../../helpers/stations.js";

test("every channel of the name in every process hears it, but for the sender; each gets a value of its own", async (t) => {
  const all = await stations(t, 3);
  const heard = new Map<string, unknown[]>();
  const channels = all.flatMap((station) => [1, 2].map((n) => listen(station, `${station.id}.${n}`, heard)));
  all[0]?.channel("attic").on("message", () => assert.fail("another name hears it"));
  await settled(...all);
  const value = { text: "hello", at: new Date(5) };
  channels[2]?.postMessage(value);
  await settled(...all);
  assert.deepEqual([...heard.keys()].toSorted(), ["master.1", "master.2", "node-1.2", "node-2.1", "node-2.2"]);
  const values = [...heard.values()].flat();
  for (const got of values) assert.deepEqual(got, value);
  assert.equal(new Set([...values, value]).size, 6);
});

test("the messages of one sender come in order, across its channels and whatever their sizes", async (t) => {
  const all = await stations(t, 2, undefined, { chunkSizes: [1, 7, 1000, 0] });
  const [master, node] = all as [Station, Station];
  const heard: unknown[] = [];
  const channels = ["a", "b", "c"].map((name) => {
    node.channel<{ number: number }>(name).on("message", ({ number }) => heard.push(number));
    return master.channel(name);
  });
  await settled(...all);
  const sizes = [0, 10, 20_000, 500, 70_000, 16_379, 3, 200_000];
  const numbers = Array.from({ length: 200 }, (_, number) => number);
  for (const number of numbers) {
    const text = "x".repeat(sizes[number % sizes.length] ?? 0);
    channels[number % 3]?.postMessage({ number, [`key${number % 90}`]: text });
    if (number % 40 === 39) await settled(...all);
  }
  await settled(...all);
  assert.deepEqual(heard, numbers);
});

test("only processes that listen get bytes, as soon as they listen and until they do no more", async (t) => {
  const all = await stations(t, 3);
  const [master, node1, node2] = all as [Station, Station, Station];
  const sender = master.channel("lobby");
  const written = async (): Promise<number[]> => {
    await settled(...all);
    const streams = [master.streamTo("node-1"), master.streamTo("node-2")];
    const before = streams.map(({ writes }) => writes);
    sender.postMessage("x");
    await new Promise(setImmediate);
    return streams.map(({ writes }, index) => writes - (before[index] ?? 0));
  };
  const channel = node1.channel("lobby");
  node2.channel("lobby").addEventListener("messageerror", () => {});
  assert.deepEqual(await written(), [0, 0]);
  channel.onmessage = () => {};
  assert.deepEqual(await written(), [1, 0]);
  channel.onmessage = null;
  assert.deepEqual(await written(), [0, 0]);
  const messages = channel[Symbol.asyncIterator]();
  node1.channel("lobby").once("message", () => {});
  assert.deepEqual(await written(), [1, 0]);
  assert.deepEqual(await written(), [1, 0]);
  await messages.return?.();
  assert.deepEqual(await written(), [0, 0]);
  channel.on("message", () => {});
  node2.channel("lobby").on("message", () => {});
  assert.deepEqual(await written(), [1, 1]);
  channel.close();
  assert.deepEqual(await written(), [0, 1]);
});

test("a message is encoded once, however many get it", async (t) => {
  const reads: number[] = [];
  for (const count of [2, 6]) {
    const all = await stations(t, count);
    let heard = 0;
    for (const station of all) station.channel("lobby").on("message", () => heard++);
    await settled(...all);
    let read = 0;
    all[0]?.channel("lobby").postMessage({
      get text(): string {
        read++;
        return "hello";
      },
    });
    await settled(...all);
    assert.equal(heard, count);
    reads.push(read);
  }
  assert.equal(reads[1], reads[0]);
});

test("more audiences than there are contexts: everybody decodes what comes, again and again", async (t) => {
  const all = await stations(t, 6);
  const [master, ...nodes] = all as [Station, ...Station[]];
  const heard = nodes.map((): unknown[] => []);
  const sent = nodes.map((): unknown[] => []);
  const names = Array.from({ length: 2 ** nodes.length }, (_, set) => `set-${set}`);
  const hears = (node: number, set: number): boolean => ((set >> node) & 1) === 1;
  const senders = names.map((name) => master.channel(name));
  for (const [set, name] of names.entries()) {
    for (const [index, node] of nodes.entries()) {
      if (hears(index, set)) node.channel(name).on("message", (value) => heard[index]?.push(value));
    }
  }
  await settled(...all);
  for (let round = 0; round < 4; round++) {
    for (const [set, sender] of senders.entries()) {
      const value = { round, set, [`key${(set * 7 + round) % 50}`]: [{ deep: set }, { other: round, deep: 1 }] };
      sender.postMessage(value);
      for (const [index, list] of sent.entries()) if (hears(index, set)) list.push(value);
    }
    await settled(...all);
  }
  assert.deepEqual(heard, sent);
  for (const { faults } of all) assert.deepEqual(faults, []);
});

test("an audience that changes all the time understands each message", async (t) => {
  const all = await stations(t, 3);
  const [master, node1, node2] = all as [Station, Station, Station];
  const sender = master.channel("lobby");
  const heard: unknown[] = [];
  node1.channel("lobby").on("message", (value) => heard.push(value));
  const sent = Array.from({ length: 60 }, (_, number) => ({ number, [`key${number % 4}`]: true }));
  for (const value of sent) {
    const channel = node2.channel("lobby");
    channel.on("message", () => {});
    await settled(...all);
    sender.postMessage(value);
    if (value.number % 2 === 0) channel.close();
  }
  await settled(...all);
  assert.deepEqual(heard, sent);
  assert.deepEqual([node1.faults, node2.faults], [[], []]);
});

test("a listener may close any channel, add others and publish while a message is delivered", async (t) => {
  const all = await stations(t, 2);
  const [master, node] = all as [Station, Station];
  const heard: unknown[] = [];
  const [first, second] = [node.channel("lobby"), node.channel("lobby")];
  first.on("message", (value) => {
    heard.push(["first", value]);
    second.close();
    const third = node.channel("lobby");
    third.on("message", (again) => heard.push(["third", again]));
    first.close();
    third.postMessage("answer");
  });
  second.on("message", () => assert.fail("it was closed"));
  const sender = master.channel("lobby");
  sender.on("message", (value) => heard.push(["sender", value]));
  await settled(...all);
  for (const value of [1, 2]) sender.postMessage(value);
  await settled(...all);
  assert.deepEqual(heard, [
    ["first", 1],
    ["third", 2],
    ["sender", "answer"],
  ]);
});

function listen(station: Station, name: string, heard: Map<string, unknown[]>): Channel {
  const channel = station.channel("lobby");
  channel.on("message", (value) => heard.set(name, [...(heard.get(name) ?? []), value]));
  return channel;
}
