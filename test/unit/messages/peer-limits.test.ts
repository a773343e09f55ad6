// What one peer may have in this process, and that no number of its choice makes this process work without end.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { UsageError } from "#src/errors.js";
import { MOST_CALLS, MOST_CHANNELS, MOST_HANDLERS } from "#src/messages/limits.js";
import {
  FRAME_CALL,
  FRAME_CREDIT,
  FRAME_FAILURE,
  FRAME_HANDLE,
  FRAME_LEAVING,
  FRAME_LISTEN,
  FRAME_PORT,
  FRAME_PUBLISH,
  FRAME_READY,
  FRAME_STARTED,
  FRAME_UNHANDLE,
  LINK_VERSION,
  nameFrame,
  numbersFrame,
} from "#src/messages/link-frames.js";
import { NumberMap } from "#src/messages/number-map.js";
import { encodeFrame } from "#src/wire/frame.js";
import { within } from "../../helpers/deadline.js";
import { rawPeer } from "../../helpers/raw-link.js";
import { Station } from "../../helpers/stations.js";
import { call } from "../../helpers/stranger.js";

const READY = numbersFrame(FRAME_READY, LINK_VERSION);
const MOST_CREDIT = 2 ** 32 - 1;
/** The first number is that of the station's own handler. */
const ITEMS = 2;

for (const [what, count] of [
  ["all credit that a number can say", MOST_CREDIT],
  ["one item too many", 1],
  ["no credit", 0],
] as const) {
  test(`${what}, right behind a call to a generator that waits for nothing, closes the link and ends the generator`, async () => {
    const { station, raw } = rawPeer(new Station("node-1"), "acceptor");
    const made = { items: 0, state: "open" };
    station.board.handlers.handle("items", async function* () {
      try {
        for (;;) yield made.items++;
      } finally {
        made.state = "ended";
      }
    });
    raw.send(Buffer.concat([READY, call(null, 7, ITEMS), numbersFrame(FRAME_CREDIT, 7, count)]));
    assert.equal(await raw.closeReason(), "MN_ERR_FRAME_VALUE");
    await station.until(() => station.story.at(-1) === "leave node-9", "it leaves");
    assert.equal(made.state, "ended");
    assert.ok(made.items <= 33, `${made.items} items were made`);
  });
}

for (const [what, frameOf, most] of [
  ["channels that it listens on", (index: number) => nameFrame(FRAME_LISTEN, `name ${index}`), MOST_CHANNELS],
  ["channels that it publishes on", (index: number) => nameFrame(FRAME_PORT, `name ${index}`, index), MOST_CHANNELS],
  ["handlers", (index: number) => nameFrame(FRAME_HANDLE, `name ${index}`, index), MOST_HANDLERS],
] as const) {
  test(`a peer with too many ${what} is left`, async () => {
    const { station, raw } = rawPeer(new Station("node-1"), "acceptor");
    raw.send(READY, Buffer.concat(Array.from({ length: most }, (_, index) => frameOf(index))));
    const answered = call("alive", 1, 1);
    raw.send(answered);
    await raw.frame(0x22);
    assert.equal(station.faults.length, 0);
    raw.send(frameOf(most));
    assert.equal(await raw.closeReason(), "MN_ERR_FRAME_VALUE");
    await station.until(() => station.faults.length === 1, "it is left");
    assert.match(station.faults[0]?.message ?? "", new RegExp(`more than ${most} `));
  });
}

test("a handler's number or name that is told again takes the place of the one before", async () => {
  const { station, raw } = rawPeer(new Station("node-1"), "acceptor");
  raw.send(READY, nameFrame(FRAME_HANDLE, "a", 1), nameFrame(FRAME_HANDLE, "a", 2), nameFrame(FRAME_HANDLE, "b", 2));
  raw.send(nameFrame(FRAME_HANDLE, "c", 3), numbersFrame(FRAME_UNHANDLE, 1), nameFrame(FRAME_HANDLE, "d", 4));
  raw.send(
    numbersFrame(FRAME_UNHANDLE, 4),
    numbersFrame(FRAME_UNHANDLE, 4),
    numbersFrame(FRAME_STARTED, 0),
    call(null, 1, 1),
  );
  await raw.frame(0x22);
  const ends = Promise.allSettled(["a", "b", "c", "d"].map((name) => station.board.calls.call("node-9", name, null)));
  raw.end();
  const [none, gone] = ["MN_ERR_NO_HANDLER", "MN_ERR_PEER_GONE"];
  assert.deepEqual((await ends).map(codeOf), [none, gone, gone, none]);
});

test("a call beyond those that may be in progress fails, cancelled ones counted, and does not run", async () => {
  const { station, raw } = rawPeer(new Station("node-1"), "acceptor");
  let runs = 0;
  station.board.handlers.handle("waits", () => {
    runs += 1;
    return new Promise(() => {});
  });
  const cancel = (id: number): Buffer => numbersFrame(0x21, id);
  raw.send(READY);
  raw.send(Buffer.concat(Array.from({ length: MOST_CALLS }, (_, id) => Buffer.concat([call(1, id, 2), cancel(id)]))));
  raw.send(call(1, MOST_CALLS, 2));
  const failure = await raw.frame(FRAME_FAILURE);
  assert.equal(failure.readUInt32BE(0), MOST_CALLS);
  assert.match(failure.toString("latin1"), /MN_ERR_BACKPRESSURE/);
  assert.equal(runs, MOST_CALLS);
  assert.deepEqual(station.faults, []);
});

test("a peer that asks for answers without reading them is left", async () => {
  const { station, raw } = rawPeer(new Station("node-1", { maxPayload: 1024, maxBufferedAmount: 1024 }), "acceptor");
  raw.send(READY);
  await raw.frame(FRAME_READY);
  raw.pause();
  const questions = Buffer.concat(Array.from({ length: 500_000 }, () => numbersFrame(FRAME_LEAVING, 0)));
  raw.send(questions);
  await station.until(() => station.faults.length === 1, "it is left");
  assert.equal(station.faults[0]?.code, "MN_ERR_BACKPRESSURE");
  assert.match(station.faults[0]?.message ?? "", /bytes wait for node-9, which does not read them/);
});

test("who is not there yet can neither publish nor call", async () => {
  const frames = [call(null, 1, 1), encodeFrame(FRAME_PUBLISH, Buffer.of(0, 0, 0, 1, 0, 1)), numbersFrame(0x27, 1)];
  for (const frame of frames) {
    const { station, raw, connected } = rawPeer(new Station("node-1"), "acceptor");
    raw.send(nameFrame(FRAME_PORT, "name", 1), frame);
    assert.equal(await raw.closeReason(), "MN_ERR_FRAME_VALUE");
    await within(connected, "it is given up");
    assert.deepEqual(station.story, ["fault node-9"]);
    assert.match(station.faults[0]?.message ?? "", /before ready/);
  }
  assert.equal(frames[0]?.[4], FRAME_CALL);
});

test("channels and handlers of this process have the same limits, with an error that tells what to do", (t: TestContext) => {
  const station = new Station("node-1");
  t.after(() => station.board.close());
  const first = station.channel("name");
  for (let count = 1; count < MOST_CHANNELS; count++) station.board.channels.open("name").unref();
  assert.throws(() => station.channel("name"), isTooMany(/131072 open channels.*: close those/));
  first.close();
  station.channel("name");
  for (let count = 1; count < MOST_HANDLERS; count++) station.board.handlers.handle(`name ${count}`, () => null);
  assert.throws(() => station.board.handlers.handle("one more", () => null), isTooMany(/65536 handlers.*: remove/));
});

test("calls that wait for one process have a limit, and those beyond it reject at once", async () => {
  const { station, raw } = rawPeer(new Station("node-1"), "acceptor");
  raw.send(READY, nameFrame(FRAME_HANDLE, "waits", 1));
  await station.until(() => station.peers.length === 1, "it joins");
  raw.send(call(null, 1, 1));
  await raw.frame(0x22);
  const calls = Array.from({ length: MOST_CALLS }, () => station.board.calls.call("node-9", "waits", null));
  const ends = Promise.allSettled(calls);
  await assert.rejects(station.board.calls.call("node-9", "waits", null), {
    name: "BackpressureError",
    message: /131072 calls .* wait for node-9/,
  });
  raw.end();
  assert.deepEqual([...new Set((await ends).map(codeOf))], ["MN_ERR_PEER_GONE"]);
});

test("a map of numbers holds each under its own", () => {
  const map = new NumberMap<number>();
  const numbers = [0, 1, 2 ** 31, 2 ** 32 - 1, ...Array.from({ length: 1_000 }, (_, index) => index << 16)];
  for (const number of numbers) map.set(number >>> 0, number);
  assert.equal(map.size, new Set(numbers.map((number) => number >>> 0)).size);
  for (const number of numbers) assert.equal((map.get(number >>> 0) as number) >>> 0, number >>> 0);
  map.delete(1);
  assert.deepEqual([map.has(1), map.has(2 ** 31), map.get(3)], [false, true, undefined]);
  map.clear();
  assert.deepEqual([map.size, [...map.values()]], [0, []]);
});

function isTooMany(says: RegExp): (error: UsageError) => boolean {
  return (error) => error.code === "MN_ERR_TOO_MANY" && says.test(error.message);
}

function codeOf(end: PromiseSettledResult<unknown>): unknown {
  return end.status === "rejected" ? (end.reason as UsageError).code : end.value;
}
