// What a peer that breaks the protocol brings upon itself, and that nobody else notices.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  FRAME_ANSWER,
  FRAME_CALL,
  FRAME_LISTEN,
  FRAME_PORT,
  FRAME_PUBLISH,
  FRAME_READY,
  FRAME_UNPORT,
  LINK_VERSION,
  nameFrame,
  numbersFrame,
} from "#src/messages/link-frames.js";
import { ValueEncoder } from "#src/wire/codec.js";
import { within } from "../../helpers/deadline.js";
import { rawPeer } from "../../helpers/raw-link.js";
import { Station, settled, stations } from "../../helpers/stations.js";

const READY = numbersFrame(FRAME_READY, LINK_VERSION);

for (const side of ["dialer", "acceptor"] as const) {
  test(`the ${side}: another version of messages closes the link, and it never joins`, async () => {
    const { station, raw, connected } = rawPeer(new Station("node-1"), side);
    raw.send(numbersFrame(FRAME_READY, LINK_VERSION + 1));
    await within(connected, "the connecting ends");
    assert.deepEqual(station.story, ["fault node-9"]);
    assert.equal(station.faults[0]?.code, "MN_ERR_HANDSHAKE_VERSION");
    assert.match(station.faults[0]?.message ?? "", /node-9 speaks version 2 of messages, this process 1/);
    assert.equal(await raw.closeReason(), "MN_ERR_HANDSHAKE_VERSION");
  });
}

const record = new ValueEncoder().encode({ a: 1 }).subarray(5);
const message = (head: readonly number[], value: Uint8Array): Buffer => {
  const payload = Buffer.concat([Buffer.from(head), value]);
  return Buffer.concat([Buffer.of(0, 0, 0, payload.length, FRAME_PUBLISH), payload]);
};
const port7 = nameFrame(FRAME_PORT, "lobby", 7);

for (const [what, frames, code] of [
  ["an unknown type", [Buffer.of(0, 0, 0, 0, 0x7e)], "MN_ERR_FRAME_TYPE"],
  ["another protocol", [Buffer.from("GET / HTTP/1.1\r\n\r\n")], "MN_ERR_FRAME_TYPE"],
  ["a number that is cut short", [Buffer.of(0, 0, 0, 2, FRAME_UNPORT, 0, 0)], "MN_ERR_FRAME_VALUE"],
  ["a name that is none", [Buffer.of(0, 0, 0, 1, FRAME_LISTEN, 0xff)], "MN_ERR_FRAME_VALUE"],
  ["a channel without a name", [Buffer.of(0, 0, 0, 4, FRAME_PORT, 0, 0, 0, 1)], "MN_ERR_FRAME_VALUE"],
  ["a name beyond 255 bytes", [nameFrame(FRAME_LISTEN, "x".repeat(256))], "MN_ERR_FRAME_TOO_LARGE"],
  ["a message of a port that was never introduced", [message([0, 0, 0, 7, 0], record)], "MN_ERR_FRAME_VALUE"],
  [
    "a message of a port that was taken back",
    [port7, numbersFrame(FRAME_UNPORT, 7), message([0, 0, 0, 7, 0], record)],
    "MN_ERR_FRAME_VALUE",
  ],
  ["a message without a context", [port7, message([0, 0, 0, 7], Buffer.alloc(0))], "MN_ERR_FRAME_VALUE"],
  ["a message without a value", [port7, message([0, 0, 0, 7, 0], Buffer.alloc(0))], "MN_ERR_FRAME_VALUE"],
  ["a message of a context that there cannot be", [port7, message([0, 0, 0, 7, 16], record)], "MN_ERR_FRAME_VALUE"],
  ["a message with bytes left over", [port7, message([0, 0, 0, 7, 0], Buffer.of(1, 2))], "MN_ERR_FRAME_VALUE"],
  ["a record that was never defined", [port7, message([0, 0, 0, 7, 0], Buffer.of(0x41, 1))], "MN_ERR_FRAME_VALUE"],
  ["a call that is cut short", [numbersFrame(FRAME_CALL, 1)], "MN_ERR_FRAME_VALUE"],
  ["an answer without a value", [numbersFrame(FRAME_ANSWER, 1)], "MN_ERR_FRAME_VALUE"],
] as const) {
  test(`${what}: the link is closed with the reason, and nobody else is disturbed`, async (t) => {
    const [master, node1] = await three(t);
    const heard: unknown[] = [];
    const channel = master.channel("lobby");
    channel.on("message", (value) => heard.push(value));
    await settled(master, node1);
    const { raw, connected } = rawPeer(master, "acceptor");
    raw.send(READY);
    await within(connected, "it joins");
    raw.send(...frames);
    assert.equal(await raw.closeReason(), code);
    await master.until(() => master.story.at(-1) === "leave node-9", "it leaves");
    assert.deepEqual(master.story.slice(2), ["join node-9", "fault node-9", "leave node-9"]);
    assert.deepEqual([master.faults[0]?.code, master.peers], [code, ["node-1", "node-2"]]);
    node1.channel("lobby").postMessage("undisturbed");
    await settled(master, node1);
    assert.deepEqual(heard, ["undisturbed"]);
  });
}

test("a message that cannot be decoded is told to each that listens, and what came before it has been delivered", async () => {
  const { station, raw } = rawPeer(new Station("node-1"), "acceptor");
  const heard: unknown[] = [];
  for (const name of ["a", "b"]) {
    const channel = station.channel("lobby");
    channel.on("message", (value) => heard.push([name, value]));
    channel.on("messageerror", (error) => heard.push([name, (error as { code?: unknown }).code]));
  }
  station.channel("attic").onmessageerror = () => assert.fail("it is none of its business");
  raw.send(READY, port7, message([0, 0, 0, 7, 0], record), message([0, 0, 0, 7, 0], Buffer.of(0x7f, 0xc1)));
  await raw.closeReason();
  assert.deepEqual(heard, [
    ["a", { a: 1 }],
    ["b", { a: 1 }],
    ["a", "MN_ERR_FRAME_VALUE"],
    ["b", "MN_ERR_FRAME_VALUE"],
  ]);
});

async function three(t: TestContext): Promise<[Station, Station, Station]> {
  return (await stations(t, 3)) as [Station, Station, Station];
}
