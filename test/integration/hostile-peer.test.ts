// One who has the token and asks for what would take a process without limits down: the process goes on to serve.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MOST_CHANNELS, MOST_HANDLERS } from "#src/messages/limits.js";
import {
  CALL_HEAD,
  FRAME_CALL,
  FRAME_CREDIT,
  FRAME_HANDLE,
  FRAME_LEAVING,
  FRAME_LISTEN,
  FRAME_PORT,
  FRAME_UNHANDLE,
  nameFrame,
  numbersFrame,
} from "#src/messages/link-frames.js";
import { HEADER_SIZE, writeHeader } from "#src/wire/frame.js";
import { eventually } from "../helpers/deadline.js";
import { Service } from "../helpers/service.js";
import { call, dialLink, READY, socketOf } from "../helpers/stranger.js";

const ECHO = 1;
const ITEMS = 2;
const MAX_PAYLOAD = 4 * 1024 * 1024;
const COLLIDING = 200_000;

const attacks: [what: string, bytes: () => Buffer, says: RegExp | "stays open"][] = [
  [
    "credit without end",
    () => Buffer.concat([call(0, 1, ITEMS), numbersFrame(FRAME_CREDIT, 1, 2 ** 32 - 1)]),
    /grants/,
  ],
  ["no credit", () => Buffer.concat([call(0, 1, ITEMS), numbersFrame(FRAME_CREDIT, 1, 0)]), /grants no items/],
  ["names of channels", () => many(MOST_CHANNELS + 1, (i) => nameFrame(FRAME_LISTEN, `${i}`)), /listens on more/],
  ["ports", () => many(MOST_CHANNELS + 1, (i) => nameFrame(FRAME_PORT, "all", i)), /publishes on more/],
  ["names of calls", () => many(MOST_HANDLERS + 1, (i) => nameFrame(FRAME_HANDLE, `${i}`, i)), /handlers/],
  ["names that come and go", handlersThatComeAndGo, "stays open"],
  [
    "questions whose answers it does not read",
    () => many(1_500_000, () => numbersFrame(FRAME_LEAVING, 0)),
    /does not read/,
  ],
  ["keys that collide", () => callWith(collidingSet()), /cannot be decoded/],
  ["large records", () => many(64, (i) => callWith(largeRecord(i))), /cannot be decoded/],
  ["deep values", () => callWith(Buffer.alloc(MAX_PAYLOAD, 0x91)), /cannot be decoded/],
  ["millions of objects", () => callWith(array(Buffer.of(0x90), MAX_PAYLOAD - 5)), /cannot be decoded/],
];

test("whatever a peer asks for, the process answers others soon, and ends in order", async (t) => {
  const service = await Service.start(t, "exchanges.js", {
    nodes: 1,
    maxPayload: MAX_PAYLOAD,
    maxBufferedAmount: 1024 * 1024,
  });
  const node = await service.member("node-1");
  const token = Buffer.from(await node.do<string>("token"), "hex");
  for (const [index, [what, bytes, says]] of attacks.entries()) {
    const id = `node-${100 + index}`;
    await node.do("expect", id);
    const socket = await dialLink(socketOf(service.program, "node-1"), id, "node-1", token);
    const written = new Promise((resolve) => socket.write(Buffer.concat([READY, bytes()]), resolve));
    const line = new RegExp(`^multi-node: node-1: the link to ${id} was closed: .*`, "m");
    if (says === "stays open") await written;
    else await eventually(() => line.test(service.program.stderr), `${what} is told of`);
    await node.do("token");
    const told = line.exec(service.program.stderr)?.[0];
    if (says === "stays open") assert.equal(told, undefined, what);
    else assert.match(told ?? "", says);
    socket.destroy();
  }
  assert.deepEqual(service.program.all("exit"), []);
  await service.program.stop();
});

function many(count: number, frame: (index: number) => Buffer): Buffer {
  return Buffer.concat(Array.from({ length: count }, (_, index) => frame(index)));
}

/** Each is searched for when it goes. */
function handlersThatComeAndGo(): Buffer {
  const handle = many(MOST_HANDLERS, (index) => nameFrame(FRAME_HANDLE, `${index}`, index));
  const unknown = many(MOST_HANDLERS, (index) => numbersFrame(FRAME_UNHANDLE, MOST_HANDLERS + index));
  return Buffer.concat([handle, unknown]);
}

/** A call whose value these bytes are. */
function callWith(value: Buffer): Buffer {
  const head = Buffer.alloc(HEADER_SIZE + CALL_HEAD);
  writeHeader(head, 0, FRAME_CALL, CALL_HEAD + value.length);
  head.writeUInt32BE(1, HEADER_SIZE);
  head.writeUInt32BE(ECHO, HEADER_SIZE + 4);
  return Buffer.concat([head, value]);
}

function array(item: Buffer, count: number): Buffer {
  const head = Buffer.of(0xdd, 0, 0, 0, 0);
  head.writeUInt32BE(count, 1);
  return Buffer.concat([head, Buffer.alloc(item.length * count, item)]);
}

/** Big integers that are the same in their lowest 64 bits, which is all that V8 hashes of them. */
function collidingSet(): Buffer {
  const entry = Buffer.from("d84200000000000000000000000000000007", "hex");
  const bytes = array(entry, COLLIDING);
  for (let index = 0; index < COLLIDING; index++) bytes.writeUInt32BE(index, 5 + index * entry.length + 6);
  return Buffer.concat([Buffer.of(0xd4, 0x73, 0), bytes]);
}

/** The definition of a record with half a million keys: each is to be kept for as long as the link is there. */
function largeRecord(id: number): Buffer {
  const count = 500_000;
  return Buffer.concat([Buffer.of(0xd4, 0x72, 0x40 + id), array(Buffer.of(0xa1, 0x61), count), Buffer.alloc(count, 1)]);
}
