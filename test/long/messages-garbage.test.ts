// One who has the token and sends garbage: its link is closed and the log says why, and nobody else is disturbed.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import { greet } from "#src/mesh/greeting.js";
import {
  FRAME_CREDIT,
  FRAME_END,
  FRAME_LISTEN,
  FRAME_PORT,
  FRAME_PUBLISH,
  FRAME_READY,
  nameFrame,
  numbersFrame,
} from "#src/messages/link-frames.js";
import { CLOSE_PROTOCOL_ERROR } from "#src/wire/close-codes.js";
import { encodeClose, encodeFrame, writeHeader } from "#src/wire/frame.js";
import { randomFrom } from "../chaos/scenario.js";
import { eventually, within } from "../helpers/deadline.js";
import { type Book, disagreements } from "../helpers/message-ledger.js";
import { Service } from "../helpers/service.js";
import { call, conversation, dialLink, message, READY, sayAll, socketOf } from "../helpers/stranger.js";

const PORT = nameFrame(FRAME_PORT, "stranger", 1);
const CALL = call("why", 1, 1);
const ITEMS = call("what", 1, 2);
const LIAR = Buffer.alloc(5);
writeHeader(LIAR, 0, FRAME_PUBLISH, 2 ** 32 - 1);

const wrong: [what: string, bytes: Buffer[], code: string, says: RegExp][] = [
  ["a frame of no known type", [encodeFrame(0x7f, Buffer.of(1))], "MN_ERR_FRAME_TYPE", /unknown type 0x7f/],
  ["a later version", [numbersFrame(FRAME_READY, 2)], "MN_ERR_HANDSHAKE_VERSION", /version 2 .* this process 1/],
  ["a name that is too long", [nameFrame(FRAME_LISTEN, "x".repeat(256))], "MN_ERR_FRAME_TOO_LARGE", /256 bytes.* 255/],
  ["no name", [READY, encodeFrame(FRAME_LISTEN, Buffer.alloc(0))], "MN_ERR_FRAME_VALUE", /no name/],
  ["a name that is no text", [encodeFrame(FRAME_LISTEN, Buffer.of(0xff))], "MN_ERR_FRAME_VALUE", /not UTF-8/],
  ["four gigabytes", [READY, LIAR], "MN_ERR_FRAME_TOO_LARGE", /4294967295 bytes/],
  ["a message from nowhere", [READY, message("said")], "MN_ERR_FRAME_VALUE", /under the number 1/],
  ["a message in no context", [READY, PORT, published(200, 0x01)], "MN_ERR_FRAME_VALUE", /no context 200/],
  ["a message that is no value", [READY, PORT, published(0, 0xc1)], "MN_ERR_FRAME_VALUE", /cannot be decoded/],
  ["half a number", [READY, encodeFrame(FRAME_END, Buffer.of(1))], "MN_ERR_FRAME_VALUE", /cut short/],
  ["the same call twice", [READY, ITEMS, CALL], "MN_ERR_FRAME_VALUE", /call 1 is in progress/],
  ["too much credit", [READY, ITEMS, numbersFrame(FRAME_CREDIT, 1, 1_000)], "MN_ERR_FRAME_VALUE", /grants 1000 items/],
];

test("whatever breaks the protocol closes its link, with a word to the sender and a line in the log", async (t) => {
  const { service, token } = await start(t);
  for (const [index, [what, bytes, code, says]] of wrong.entries()) {
    const [id, to] = [`node-${100 + index}`, index % 2 === 0 ? "node-1" : "node-2"];
    await (await service.member(to)).do("expect", id);
    const socket = await dialLink(socketOf(service.program, to), id, to, token);
    const answer = await sayAll(socket, Buffer.concat(bytes), "waits");
    const words = encodeClose(CLOSE_PROTOCOL_ERROR, code);
    assert.deepEqual(answer.subarray(-words.length), words, `${what} is answered`);
    const line = new RegExp(`^multi-node: ${to}: the link to ${id} was closed: .*`, "m");
    await eventually(() => line.test(service.program.stderr), `${what} is told of`);
    assert.match(line.exec(service.program.stderr)?.[0] ?? "", says);
  }
  await areUndisturbed(service);
});

test("whoever has the token is refused under any id but one that the master has told of, by each process", async (t) => {
  const { service, token } = await start(t);
  const ids = ["master", "constructor", "node-1", "node-2", "node-77"];
  const attempts = ["master", "node-1", "node-2"].flatMap((to) => ids.map((id) => [id, to] as const));
  const answers = attempts.map(async ([id, to]) => {
    for (const isMaster of [false, true]) {
      const socket = connect(socketOf(service.program, to)).on("error", () => {});
      const greeting = greet(socket, { id: to, kind: "link" }, { id, pid: 1, isMaster, since: 0 }, token);
      await assert.rejects(within(greeting, `${to} answers ${id}`), { code: "MN_ERR_HANDSHAKE_ID" });
    }
  });
  await Promise.all(answers);
  await areUndisturbed(service);
});

test("hundreds of links with random bytes: every one ends, every process lives, and all messages arrive", async (t) => {
  const seed = Math.floor(Math.random() * 1_000_000);
  t.diagnostic(`seed ${seed}`);
  const random = randomFrom(seed);
  const { service, token } = await start(t);
  const path = socketOf(service.program, "node-2");
  await (await service.member("node-2")).do("expect", "node-99");
  const answer = await sayAll(await dialLink(path, "node-99", "node-2", token), conversation(), "ends");
  assert.ok(answer.includes("wrong"), "what it would say without a mistake is answered");
  assert.doesNotMatch(service.program.stderr, /was closed/);
  for (let round = 0; round < 40; round++) {
    const talks = Array.from({ length: 10 }, async (_, index) => {
      const [id, to] = [`node-${100 + 10 * round + index}`, index % 2 === 0 ? "node-1" : "node-2"];
      await (await service.member(to)).do("expect", id);
      const socket = await dialLink(socketOf(service.program, to), id, to, token);
      await sayAll(socket, mutated(conversation(), random), "ends");
    });
    await Promise.all(talks);
  }
  await areUndisturbed(service);
});

async function start(t: TestContext): Promise<{ service: Service; token: Buffer }> {
  const service = await Service.start(t, "exchanges.js", { nodes: 2, every: 5, batch: 2 });
  const token = await (await service.member("node-1")).do<string>("token");
  return { service, token: Buffer.from(token, "hex") };
}

/** The processes are those that there were, and have got all messages of each other. */
async function areUndisturbed(service: Service): Promise<void> {
  const members = await service.members("master", "node-1", "node-2");
  await Promise.all(members.map((member) => member.do("end")));
  const books = await Promise.all(members.map((member) => member.do<Book>("book")));
  for (const book of books) {
    assert.deepEqual(book.faults, []);
    for (const other of books) if (other !== book) assert.deepEqual(disagreements(book, other), []);
  }
  assert.deepEqual(service.program.all("exit"), []);
  await service.program.stop();
}

function published(context: number, ...value: number[]): Buffer {
  return encodeFrame(FRAME_PUBLISH, Buffer.of(0, 0, 0, 1, context, ...value));
}

/** With one to four changes: a byte, a piece that is missing, that is doubled, or that was never there. */
function mutated(bytes: Buffer, random: () => number): Buffer {
  const below = (limit: number): number => Math.floor(random() * limit);
  let result = Buffer.from(bytes);
  for (let changes = 1 + below(4); changes > 0; changes--) {
    const [at, to] = [below(result.length), below(result.length)].sort((a, b) => a - b) as [number, number];
    const piece = [
      Buffer.of(below(256)),
      Buffer.alloc(0),
      Buffer.concat([result.subarray(at, to), result.subarray(at, to)]),
      Buffer.from(Array.from({ length: below(20) }, () => below(256))),
    ][below(4)] as Buffer;
    const end = piece.length === 1 ? at + 1 : to;
    result = Buffer.concat([result.subarray(0, at), piece, result.subarray(end)]);
  }
  return result;
}
