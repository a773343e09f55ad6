// Somebody who has the token of a mesh and is no process of it: says to one whatever a test wants.
import { readdirSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { endpoint } from "#src/mesh/endpoint.js";
import { greet } from "#src/mesh/greeting.js";
import {
  CALL_HEAD,
  FRAME_BUSY,
  FRAME_CALL,
  FRAME_CANCEL,
  FRAME_HANDLE,
  FRAME_LISTEN,
  FRAME_PORT,
  FRAME_PUBLISH,
  FRAME_READY,
  FRAME_UNHANDLE,
  FRAME_UNLISTEN,
  FRAME_UNPORT,
  LINK_VERSION,
  NUMBER,
  nameFrame,
  numbersFrame,
  PUBLISH_HEAD,
} from "#src/messages/link-frames.js";
import { ValueEncoder } from "#src/wire/codec.js";
import { HEADER_SIZE } from "#src/wire/frame.js";
import { within } from "./deadline.js";
import type { Program } from "./program.js";

const SELF = { pid: process.pid, isMaster: false, since: 0 };

/** The socket of one process of a service. */
export function socketOf(program: Program, id: string): string {
  const folder = readdirSync(program.folder).find((name) => name.startsWith("multi-node-")) ?? "";
  return endpoint(join(program.folder, folder), id);
}

/** A link to the process behind that socket. */
export async function dialLink(path: string, self: string, to: string, token: Buffer): Promise<Socket> {
  const socket = connect(path).on("error", () => {});
  await within(greet(socket, { id: to, kind: "link" }, { id: self, ...SELF }, token), `${to} accepts ${self}`);
  return socket;
}

/** Says that, and then nothing more where `ending` says so; resolves with all that is answered until the end. */
export function sayAll(socket: Socket, bytes: Buffer, ending: "ends" | "waits"): Promise<Buffer> {
  const answer = new Promise<Buffer>((resolve) => {
    const chunks: Buffer[] = [];
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("close", () => resolve(Buffer.concat(chunks)));
    socket.write(bytes);
    if (ending === "ends") socket.end();
  });
  return within(answer, "the link is closed");
}

/** What makes one who has dialled a peer. */
export const READY: Buffer = numbersFrame(FRAME_READY, LINK_VERSION);

/** The encoders of one link: what is encoded later builds on what was encoded before. */
function newEncoders(): Encoders {
  return { [FRAME_PUBLISH]: new ValueEncoder(), [FRAME_CALL]: new ValueEncoder() };
}

type Encoders = Record<typeof FRAME_PUBLISH | typeof FRAME_CALL, ValueEncoder>;

/** A message of the port 1. */
export function message(value: unknown, encoders: Encoders = newEncoders()): Buffer {
  const frame = encoders[FRAME_PUBLISH].encode(value, FRAME_PUBLISH, PUBLISH_HEAD);
  frame.writeUInt32BE(1, HEADER_SIZE);
  frame[HEADER_SIZE + NUMBER] = 0;
  return Buffer.from(frame);
}

export function call(value: unknown, id: number, handler: number, encoders: Encoders = newEncoders()): Buffer {
  const frame = encoders[FRAME_CALL].encode(value, FRAME_CALL, CALL_HEAD);
  frame.writeUInt32BE(id, HEADER_SIZE);
  frame.writeUInt32BE(handler, HEADER_SIZE + NUMBER);
  return Buffer.from(frame);
}

/** Frames of every kind that one who calls and publishes sends, in a right order. */
export function conversation(): Buffer {
  const encoders = newEncoders();
  return Buffer.concat([
    nameFrame(FRAME_LISTEN, "stranger"),
    nameFrame(FRAME_HANDLE, "stranger's", 1),
    READY,
    nameFrame(FRAME_PORT, "stranger", 1),
    message({ text: "said", list: [1, 2n, new Map([["a", new Date(0)]])] }, encoders),
    message({ text: "said again", list: new Float64Array(4) }, encoders),
    call({ question: "why", error: new TypeError("wrong") }, 1, 1, encoders),
    call({ question: "which" }, 2, 2, encoders),
    numbersFrame(FRAME_CANCEL, 2),
    numbersFrame(FRAME_BUSY, 3),
    nameFrame(FRAME_UNLISTEN, "stranger"),
    numbersFrame(FRAME_UNPORT, 1),
    numbersFrame(FRAME_UNHANDLE, 1),
  ]);
}
