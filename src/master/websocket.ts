// A WebSocket's bytes (RFC 6455), as far as a client needs them that sends and gets text: no I/O here.
import { createHash, randomBytes } from "node:crypto";

/** What came from the server. A pong says nothing that is needed. */
export type Incoming = { type: "text"; text: string } | { type: "ping"; payload: Buffer } | { type: "close" };

export const OPCODE = { continuation: 0, text: 1, close: 8, ping: 9, pong: 10 } as const;

interface Frame {
  opcode: number;
  isLast: boolean;
  payload: Buffer;
  /** Bytes that the frame takes, its header included. */
  size: number;
}

/** Bytes of one message, whatever the number of its frames. */
const MAX_MESSAGE = 16 * 1024 * 1024;
/** RFC 6455, 1.3: what the server's answer to a key is made of. */
const ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const MIN_HEADER = 2;
const MASK_BYTES = 4;
const LENGTH_16 = 126;
const LENGTH_64 = 127;

/** The headers that ask for a WebSocket, and the answer that proves that the server speaks the protocol. */
export function upgradeRequest(): { headers: Record<string, string>; accept: string } {
  const key = randomBytes(16).toString("base64");
  return {
    headers: { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13", "sec-websocket-key": key },
    accept: createHash("sha1")
      .update(key + ACCEPT_SUFFIX)
      .digest("base64"),
  };
}

/** One whole message in one frame; a client masks what it sends (5.3). */
export function clientFrame(
  opcode: number,
  payload: string | Buffer = "",
  mask: Buffer = randomBytes(MASK_BYTES),
): Buffer {
  const body = Buffer.from(payload);
  const masked = body.map((byte, index) => byte ^ mask.readUInt8(index % MASK_BYTES));
  return Buffer.concat([headerOf(0x80 | opcode, body.length), mask, masked]);
}

/** Puts a server's bytes together again, however they are cut. */
export class MessageReader {
  #chunks: Buffer[] = [];
  #held = 0;
  /** Bytes without which there is nothing to do. */
  #needed: number = MIN_HEADER;
  /** The frames so far of a message in several. */
  #parts: Buffer[] | undefined;

  /** @throws Error when the server breaks the protocol, or a message is larger than 16 MiB. */
  push(chunk: Buffer): Incoming[] {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    if (this.#held < this.#needed) return [];
    const messages: Incoming[] = [];
    let rest: Buffer = Buffer.concat(this.#chunks);
    let frame = readFrame(rest);
    while (typeof frame !== "number") {
      messages.push(...this.#take(frame));
      rest = rest.subarray(frame.size);
      frame = readFrame(rest);
    }
    this.#needed = frame;
    this.#chunks = [rest];
    this.#held = rest.length;
    return messages;
  }

  #take({ opcode, isLast, payload }: Frame): Incoming[] {
    if (opcode === OPCODE.ping) return [{ type: "ping", payload }];
    if (opcode === OPCODE.close) return [{ type: "close" }];
    if (opcode === OPCODE.pong) return [];
    const begins = opcode === OPCODE.text;
    if (begins === (this.#parts !== undefined)) throw new Error("WebSocket: a message begins within another");
    if (!begins && opcode !== OPCODE.continuation) throw new Error(`WebSocket: unexpected opcode ${opcode}`);
    const parts = [...(this.#parts ?? []), payload];
    if (lengthOf(parts) > MAX_MESSAGE) throw new Error("WebSocket: a message is too large");
    this.#parts = isLast ? undefined : parts;
    return isLast ? [{ type: "text", text: Buffer.concat(parts).toString() }] : [];
  }
}

/** The frame at the start of these bytes, or how many bytes it takes to know more. */
function readFrame(bytes: Buffer): Frame | number {
  if (bytes.length < MIN_HEADER) return MIN_HEADER;
  const [first, second] = [bytes.readUInt8(0), bytes.readUInt8(1)];
  if ((first & 0x70) !== 0) throw new Error("WebSocket: a reserved bit is set");
  if ((second & 0x80) !== 0) throw new Error("WebSocket: a server does not mask");
  const start = MIN_HEADER + (second === LENGTH_16 ? 2 : second === LENGTH_64 ? 8 : 0);
  if (bytes.length < start) return start;
  const length = start === MIN_HEADER ? second : Number.parseInt(bytes.toString("hex", MIN_HEADER, start), 16);
  if (length > MAX_MESSAGE) throw new Error("WebSocket: a message is too large");
  const size = start + length;
  if (bytes.length < size) return size;
  return { opcode: first & 0x0f, isLast: (first & 0x80) !== 0, payload: bytes.subarray(start, size), size };
}

function headerOf(first: number, length: number): Buffer {
  if (length < LENGTH_16) return Buffer.from([first, 0x80 | length]);
  if (length < 0x1_00_00) return Buffer.from([first, 0x80 | LENGTH_16, length >> 8, length & 0xff]);
  const header = Buffer.alloc(10);
  header.set([first, 0x80 | LENGTH_64]);
  header.writeBigUInt64BE(BigInt(length), MIN_HEADER);
  return header;
}

function lengthOf(parts: readonly Buffer[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}
