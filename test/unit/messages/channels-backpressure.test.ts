// Receivers that do not read: what their senders are told, and that nobody else notices.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Channel } from "#src/messages/channel.js";
import { within } from "../../helpers/deadline.js";
import { type Station, settled, stations } from "../../helpers/stations.js";

const LIMIT = 200_000;
const LIMITS = { maxPayload: 1024 * 1024, maxBufferedAmount: LIMIT };

test("a sender is told to wait, what waits is counted, and drained resolves when the receiver has caught up", async (t) => {
  const { all, sender, node1, node2, heard } = await lobby(t, { ...LIMITS, maxBufferedAmount: 4_000_000 });
  assert.deepEqual([sender.bufferedAmount, sender.postMessage("x")], [0, true]);
  await settled(...all);
  await sender.drained;
  node2.streamTo("master").pause();
  let sent = 1;
  do sent++;
  while (sender.postMessage("x".repeat(20_000)));
  assert.ok(sender.bufferedAmount > 1024 * 1024 && sender.bufferedAmount < 1_200_000, String(sender.bufferedAmount));
  // More than what a stream takes although nobody reads.
  for (let more = 0; more < 10; more++, sent++) assert.equal(sender.postMessage("x".repeat(20_000)), false);
  await node1.settledWith("master");
  assert.equal(heard[1]?.length, sent);
  assert.ok(sender.bufferedAmount > 1024 * 1024, "the one that lags most counts");
  const drained = sender.drained.then(() => "drained");
  assert.equal(await Promise.race([drained, node1.settledWith("master")]), undefined);
  node2.streamTo("master").resume();
  assert.equal(await within(drained, "it drains"), "drained");
  await settled(...all);
  assert.deepEqual([sender.bufferedAmount, heard[2]?.length, sender.postMessage("y")], [0, sent, true]);
});

test("beyond the limit a message goes to all others, and the error names those that missed it", async (t) => {
  const { all, sender, node1, node2, node3, heard } = await lobby(t);
  for (const node of [node2, node3]) node.streamTo("master").pause();
  const large = "x".repeat(20_000);
  const missed = await fill(sender, node1);
  let number = missed;
  for (const shape of ["a", "b", "c"]) {
    const before = sender.bufferedAmount;
    assert.throws(() => sender.postMessage({ number: number++, [shape]: large }), {
      name: "BackpressureError",
      code: "MN_ERR_BACKPRESSURE",
      message: /node-2 \(\d+ bytes\), node-3 \(\d+ bytes\)/,
    });
    assert.equal(sender.bufferedAmount, before, "nothing grows");
    await node1.settledWith("master");
  }
  node3.streamTo("master").resume();
  await node3.settledWith("master");
  await settled(all[0] as Station, node1, node3);
  assert.throws(() => sender.postMessage({ number: number++, c: 1, a: 2 }), {
    message: /waits for node-2 \(\d+ bytes\):/,
  });
  node2.streamTo("master").resume();
  await node2.settledWith("master");
  await settled(...all);
  for (const value of [{ b: 1 }, { c: 1, a: 2 }, { number: 1, b: 2 }, { number: 1, c: 2 }]) {
    sender.postMessage({ ...value, number: number++ });
  }
  await settled(...all);
  const upTo = (end: number, from = 0): number[] => Array.from({ length: end - from }, (_, index) => from + index);
  assert.deepEqual(heard[1], upTo(number));
  assert.deepEqual(heard[2], [...upTo(missed), ...upTo(number, missed + 4)]);
  assert.deepEqual(heard[3], [...upTo(missed), ...upTo(number, missed + 3)]);
  for (const { faults } of all) assert.deepEqual(faults, []);
});

test("a channel whose number a full process could not be told is introduced later", async (t) => {
  const { all, sender, node1, node2 } = await lobby(t);
  node2.streamTo("master").pause();
  await fill(sender, node1);
  const another = all[0]?.channel<{ number: number }>("lobby") as Channel<{ number: number }>;
  assert.throws(() => another.postMessage({ number: 1 }), { code: "MN_ERR_BACKPRESSURE" });
  node2.streamTo("master").resume();
  await node2.settledWith("master");
  await settled(...all);
  const heard: unknown[] = [];
  node2.channel("lobby").on("message", (value) => heard.push(value));
  another.postMessage({ number: 2 });
  await settled(...all);
  assert.deepEqual([heard, node2.faults], [[{ number: 2 }], []]);
});

test("a process that stops reading harms no message between the others", async (t) => {
  const { all, node1, node2, node3, heard } = await lobby(t);
  for (const id of ["master", "node-1", "node-3"]) node2.streamTo(id).pause();
  const senders = [node1, node3].map((node) => node.channel<{ number: number }>("lobby"));
  for (let number = 0; number < 60; number++) {
    for (const sender of senders) {
      try {
        sender.postMessage({ number, text: "x".repeat(10_000) } as { number: number });
      } catch (error) {
        assert.equal((error as { code?: unknown }).code, "MN_ERR_BACKPRESSURE");
      }
    }
    if (number % 10 === 9) await settled(all[0] as Station, node1, node3);
  }
  const numbers = Array.from({ length: 60 }, (_, number) => number);
  for (const index of [1, 3]) {
    assert.equal(heard[index]?.length, 120);
    const sorted = heard[index]?.toSorted((a, b) => a - b);
    assert.deepEqual(
      sorted,
      numbers.flatMap((number) => [number, number]),
    );
  }
  const heardBefore = heard[2]?.length ?? 0;
  node2.kill();
  for (const node of [node1, node3]) await node.until(() => node.story.includes("leave node-2"), "node-2 leaves");
  for (const sender of senders) assert.deepEqual([sender.bufferedAmount, sender.postMessage({ number: 0 })], [0, true]);
  assert.ok(heardBefore < 120);
});

test("who waits for a receiver that is killed is let go", async (t) => {
  const { sender, node1, node2 } = await lobby(t);
  node2.streamTo("master").pause();
  await fill(sender, node1);
  const { drained } = sender;
  node2.kill();
  await within(drained, "the wait ends");
});

test("this process is a receiver like any other: what waits for it is counted and limited", async (t) => {
  const [station] = (await stations(t, 1, LIMITS)) as [Station];
  const sender = station.channel("lobby");
  let heard = 0;
  station.channel("lobby").on("message", () => heard++);
  let sent = 0;
  assert.throws(
    () => {
      for (;;) {
        sender.postMessage("x".repeat(20_000));
        sent++;
      }
    },
    { code: "MN_ERR_BACKPRESSURE", message: /waits for master/ },
  );
  assert.ok(sender.bufferedAmount > LIMIT && sender.bufferedAmount < LIMIT + 30_000);
  await within(sender.drained, "it drains");
  await station.settledWith("master");
  assert.deepEqual([heard, sender.bufferedAmount], [sent, 0]);
});

/** Publishes until nothing more is taken for who does not read. Returns how many messages it took. */
async function fill(sender: Channel, reader: Station): Promise<number> {
  let number = 0;
  while (sender.bufferedAmount <= LIMIT) {
    sender.postMessage({ number: number++, text: "x".repeat(20_000) });
    await reader.settledWith("master");
  }
  return number;
}

interface Lobby {
  all: Station[];
  node1: Station;
  node2: Station;
  node3: Station;
  /** The master's. */
  sender: Channel;
  /** The numbers of what each node has heard, by the node's number. */
  heard: number[][];
}

async function lobby(t: TestContext, limits = LIMITS): Promise<Lobby> {
  const all = await stations(t, 4, limits);
  const [master, node1, node2, node3] = all as [Station, Station, Station, Station];
  const heard = all.map((station) => {
    const numbers: number[] = [];
    if (station !== master)
      station.channel<{ number: number }>("lobby").on("message", ({ number }) => numbers.push(number));
    return numbers;
  });
  await settled(...all);
  return { all, node1, node2, node3, sender: master.channel("lobby"), heard };
}
