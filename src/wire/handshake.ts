// The handshake of the mesh, bytes only: the dialer says hello, the acceptor answers, then the connection is theirs.

import { timingSafeEqual } from "node:crypto";
import { LinkError } from "../errors.js";

/** The version of the handshake that this code speaks. */
const HANDSHAKE_VERSION = 1;
/** A connection whose hello is not complete after this many milliseconds is closed. */
export const HANDSHAKE_TIMEOUT = 5000;

const MAGIC: Buffer = Buffer.from("MNOD", "latin1");
/** Magic and version: what every version of the handshake begins with. */
const PREFIX = 5;
const TOKEN_AT = 6;
const TOKEN_SIZE = 32;
const HELLO_PEER_AT = 38;
const ID_LENGTH_AT = 51;
const HELLO_FIXED = 52;
const MAX_ID = 64;
const ID_PATTERN = /^[a-z0-9-]{1,64}$/;
/** The longest hello in bytes. */
export const MAX_HELLO: number = HELLO_FIXED + MAX_ID;
const SHORT_ANSWER = 6;
const LONG_ANSWER = 19;
const KIND_STREAM = 1;
const KIND_LINK = 2;
const FLAG_MASTER = 1;

export const STATUS_ACCEPTED = 0;
export const STATUS_WRONG_TOKEN = 1;
export const STATUS_WRONG_VERSION = 2;
export const STATUS_MALFORMED = 3;
const STATUS_SHUTTING_DOWN = 4;
export const STATUS_NOT_EXPECTED = 5;
/** Why a hello is not accepted. */
export type RefusalStatus = 1 | 2 | 3 | 4 | 5;

/** "stream" is handed to the user; "link" carries the library's own messages. */
export type ConnectionKind = "stream" | "link";

/** Who is at one end of a connection. */
export interface Peer {
  readonly pid: number;
  /** Milliseconds since the epoch at which the process started: with the pid, it names a process for good. */
  readonly since: number;
  readonly master: boolean;
}

/** What the dialer says. */
export interface Hello extends Peer {
  readonly kind: ConnectionKind;
  /** Of the dialer: `[a-z0-9-]`, 1 to 64 characters. */
  readonly id: string;
}

type NeedMore = { readonly state: "need-more" };
export type Refused = { readonly state: "refused"; readonly status: RefusalStatus; readonly error: LinkError };

/** `rest` are the bytes behind the hello: they belong to the stream. */
export type HelloResult = NeedMore | { readonly state: "done"; readonly hello: Hello; readonly rest: Buffer } | Refused;

/** `rest` are the bytes behind the answer: they belong to the stream. */
export type AnswerResult =
  | NeedMore
  | { readonly state: "done"; readonly answer: Peer; readonly rest: Buffer }
  | Refused;

const NEED_MORE: NeedMore = { state: "need-more" };

/** The bytes of a hello. Throws RangeError for an id or token that does not fit: that is a mistake of ours. */
export function encodeHello(hello: Hello, token: Uint8Array): Buffer {
  if (!ID_PATTERN.test(hello.id)) throw new RangeError(`the id ${JSON.stringify(hello.id)} does not fit a hello`);
  if (token.length !== TOKEN_SIZE) throw new RangeError(`a token has ${TOKEN_SIZE} bytes, not ${token.length}`);
  const bytes = Buffer.alloc(HELLO_FIXED + hello.id.length);
  writePrefix(bytes, hello.kind === "stream" ? KIND_STREAM : KIND_LINK);
  bytes.set(token, TOKEN_AT);
  writePeer(bytes, HELLO_PEER_AT, hello);
  bytes[ID_LENGTH_AT] = hello.id.length;
  bytes.write(hello.id, HELLO_FIXED, "latin1");
  return bytes;
}

/** The bytes of the answer that accepts. */
export function encodeAccept(self: Peer): Buffer {
  const bytes = Buffer.alloc(LONG_ANSWER);
  writePrefix(bytes, STATUS_ACCEPTED);
  writePeer(bytes, SHORT_ANSWER, self);
  return bytes;
}

/** The bytes of an answer that refuses: it says nothing about who answers. */
export function encodeRefusal(status: RefusalStatus): Buffer {
  const bytes = Buffer.alloc(SHORT_ANSWER);
  writePrefix(bytes, status);
  return bytes;
}

/** The error for a connection whose hello was not complete in time. */
export function handshakeTimeout(milliseconds: number): LinkError {
  return new LinkError("MN_ERR_HANDSHAKE_TIMEOUT", `no complete hello came within ${milliseconds} ms: closed`);
}

/** Reads a hello in chunks of any size. Holds at most `MAX_HELLO` bytes; a result other than "need-more" is final. */
export class HelloParser {
  readonly #token: Uint8Array;
  readonly #head: Head = new Head(MAX_HELLO);

  /** `token` is the one that a hello must show. */
  constructor(token: Uint8Array) {
    this.#token = token;
  }

  push(chunk: Buffer): HelloResult {
    const bytes = this.#head.add(chunk);
    if (!hasMagic(bytes)) return malformed("it does not begin with MNOD");
    if (bytes.length >= PREFIX && bytes[4] !== HANDSHAKE_VERSION) return refused(STATUS_WRONG_VERSION);
    if (bytes.length < HELLO_FIXED) return NEED_MORE;
    const problem = helloProblem(bytes);
    if (problem !== undefined) return malformed(problem);
    const size = HELLO_FIXED + (bytes[ID_LENGTH_AT] as number);
    return bytes.length < size ? NEED_MORE : this.#judge(bytes.subarray(0, size), this.#head.rest(chunk, size));
  }

  #judge(bytes: Buffer, rest: Buffer): HelloResult {
    const token = bytes.subarray(TOKEN_AT, TOKEN_AT + TOKEN_SIZE);
    // Any other comparison tells by its time how much of a guess was right.
    if (this.#token.length !== TOKEN_SIZE || !timingSafeEqual(token, this.#token)) return refused(STATUS_WRONG_TOKEN);
    const id = bytes.toString("latin1", HELLO_FIXED);
    if (!ID_PATTERN.test(id)) return malformed("its id has characters other than a-z, 0-9 and -");
    const kind = bytes[5] === KIND_STREAM ? "stream" : "link";
    return { state: "done", hello: { kind, id, ...readPeer(bytes, HELLO_PEER_AT) }, rest };
  }
}

/** Reads an answer in chunks of any size. Holds at most 19 bytes; a result other than "need-more" is final. */
export class AnswerParser {
  readonly #head: Head = new Head(LONG_ANSWER);

  // The status comes before the version: an acceptor of another version refuses in words that we know.
  push(chunk: Buffer): AnswerResult {
    const bytes = this.#head.add(chunk);
    if (!hasMagic(bytes)) return malformed("its answer does not begin with MNOD");
    if (bytes.length < SHORT_ANSWER) return NEED_MORE;
    if (bytes[5] !== STATUS_ACCEPTED) return refusedBy(bytes[5] as number);
    if (bytes[4] !== HANDSHAKE_VERSION) return refused(STATUS_WRONG_VERSION);
    if (bytes.length < LONG_ANSWER) return NEED_MORE;
    const problem = peerProblem(bytes, SHORT_ANSWER);
    if (problem !== undefined) return malformed(problem);
    return { state: "done", answer: readPeer(bytes, SHORT_ANSWER), rest: this.#head.rest(chunk, LONG_ANSWER) };
  }
}

/** Keeps the first bytes of a stream, up to a limit. */
class Head {
  readonly #bytes: Buffer;
  #filled = 0;
  #before = 0;

  constructor(limit: number) {
    this.#bytes = Buffer.alloc(limit);
  }

  add(chunk: Buffer): Buffer {
    this.#before = this.#filled;
    this.#filled += chunk.copy(this.#bytes, this.#filled);
    return this.#bytes.subarray(0, this.#filled);
  }

  /** What of the last chunk lies beyond the first `size` bytes of the stream. */
  rest(chunk: Buffer, size: number): Buffer {
    return chunk.subarray(size - this.#before);
  }
}

// As far as the bytes go: whoever begins with another byte does not speak this protocol at all.
function hasMagic(bytes: Buffer): boolean {
  const length = Math.min(bytes.length, MAGIC.length);
  return bytes.compare(MAGIC, 0, length, 0, length) === 0;
}

function helloProblem(bytes: Buffer): string | undefined {
  if (bytes[5] !== KIND_STREAM && bytes[5] !== KIND_LINK) return `its kind is ${bytes[5]}, known are 1 and 2`;
  const length = bytes[ID_LENGTH_AT] as number;
  if (length < 1 || length > MAX_ID) return `its id has ${length} characters, 1 to ${MAX_ID} are taken`;
  return peerProblem(bytes, HELLO_PEER_AT);
}

function peerProblem(bytes: Buffer, at: number): string | undefined {
  if (!Number.isFinite(bytes.readDoubleBE(at + 4))) return "its start time is not a finite number";
  if ((bytes[at + 12] as number) > FLAG_MASTER) return "it sets a flag that is not known";
  return undefined;
}

function writePrefix(bytes: Buffer, kindOrStatus: number): void {
  MAGIC.copy(bytes, 0);
  bytes[4] = HANDSHAKE_VERSION;
  bytes[5] = kindOrStatus;
}

function writePeer(bytes: Buffer, at: number, peer: Peer): void {
  bytes.writeUInt32BE(peer.pid, at);
  bytes.writeDoubleBE(peer.since, at + 4);
  bytes[at + 12] = peer.master ? FLAG_MASTER : 0;
}

function readPeer(bytes: Buffer, at: number): Peer {
  return {
    pid: bytes.readUInt32BE(at),
    since: bytes.readDoubleBE(at + 4),
    master: bytes[at + 12] === FLAG_MASTER,
  };
}

function malformed(why: string): Refused {
  const error = new LinkError("MN_ERR_HANDSHAKE", `the other side breaks the handshake: ${why}`);
  return { state: "refused", status: STATUS_MALFORMED, error };
}

function refusedBy(status: number): Refused {
  return status <= STATUS_NOT_EXPECTED
    ? refused(status as RefusalStatus)
    : malformed(`its answer has the unknown status ${status}`);
}

/** What becomes of a hello that is not accepted for this reason. */
export function refused(status: RefusalStatus): Refused {
  const [code, message] = refusals[status];
  return { state: "refused", status, error: new LinkError(code, message) };
}

const refusals = {
  [STATUS_WRONG_TOKEN]: ["MN_ERR_HANDSHAKE_TOKEN", "wrong token: the two processes do not belong to one master"],
  [STATUS_WRONG_VERSION]: [
    "MN_ERR_HANDSHAKE_VERSION",
    `the other side does not speak version ${HANDSHAKE_VERSION}: run the same multi-node in every process`,
  ],
  [STATUS_MALFORMED]: ["MN_ERR_HANDSHAKE", "the other side found the hello malformed"],
  [STATUS_SHUTTING_DOWN]: ["MN_ERR_HANDSHAKE", "the other side is shutting down"],
  [STATUS_NOT_EXPECTED]: [
    "MN_ERR_HANDSHAKE_ID",
    "no such connection from a process of this id is expected: the master has not told of it, or it is there already",
  ],
} as const;
