// Values to frames and back.

import { LinkError, UsageError } from "../errors.js";
import { DEFAULT_MAX_PAYLOAD, FRAME_VALUE, HEADER_SIZE, writeHeader } from "./frame.js";
import type { Clock } from "./insertion-watch.js";
import { Output } from "./output.js";
import { dataCloneError } from "./value-limits.js";
import { ValueReader } from "./value-reader.js";
import { ValueWriter } from "./value-writer.js";

// Frames that are encoded one by one lie behind each other in one piece of memory for the whole process. Once a value
// has made it larger than this, it is given up.
const MOST_SHARED = 8 * 1024 * 1024;
const SHARED = 64 * 1024;
/** With less room than this, a new piece is begun. */
const LEAST_ROOM = 2 * 1024;

const shared: Output = new Output(Buffer.alloc(0));
let encoding = false;

/** Writes what stands between a frame's header and its value, made of up to two numbers. */
export type HeadWriter = (output: Output, first: number, second: number) => void;

/** Where frames are encoded to: see FrameWriter. */
export interface FrameTarget {
  begin(): Output;
  commit(output: Output): boolean;
  cancel(output: Output): void;
}

/**
 * Encodes the values of one direction of a stream. Frames refer to record definitions in earlier ones, so every frame
 * has to be sent, in order. When encoding fails, the next frame starts from nothing and so depends on none before it.
 */
export class ValueEncoder {
  readonly #maxPayload: number;
  readonly #writer: ValueWriter;

  constructor(maxPayload: number = DEFAULT_MAX_PAYLOAD) {
    this.#maxPayload = maxPayload;
    this.#writer = new ValueWriter(maxPayload);
  }

  /**
   * The frame of `value`, header included, in memory of the process-wide buffer: see `release`.
   * @param head so many bytes are left between the header and the value, for the caller to fill
   * @throws DOMException named DataCloneError for what cannot be sent, UsageError MN_ERR_FRAME_TOO_LARGE for too much.
   */
  encode(value: unknown, type: number = FRAME_VALUE, head = 0): Buffer {
    if (encoding) throw sendsMeanwhile();
    makeRoom();
    const start = shared.at;
    this.#frame(shared, value, type, leaveRoom, head, 0);
    return shared.bytes.subarray(start, shared.at);
  }

  /** Encodes a frame where it is sent from. Throws what encode() does; then, nothing is sent. */
  encodeTo(
    target: FrameTarget,
    value: unknown,
    type: number = FRAME_VALUE,
    writeHead: HeadWriter = leaveRoom,
    first = 0,
    second = 0,
  ): void {
    if (encoding) throw sendsMeanwhile();
    const output = target.begin();
    try {
      this.#frame(output, value, type, writeHead, first, second);
    } catch (error) {
      target.cancel(output);
      throw error;
    }
    if (target.commit(output)) return;
    this.reset();
    throw sendsMeanwhile();
  }

  /** Says that the frame that was encoded last has been copied, so that its memory can be used for the next one. */
  release(frame: Buffer): void {
    if (frame.buffer === shared.bytes.buffer) shared.at = frame.byteOffset;
  }

  /** The next frame depends on none before it: for when one that was encoded is not sent. */
  reset(): void {
    this.#writer.forget();
  }

  #frame(output: Output, value: unknown, type: number, writeHead: HeadWriter, first: number, second: number): void {
    const start = output.at;
    encoding = true;
    try {
      leaveRoom(output, HEADER_SIZE);
      writeHead(output, first, second);
      const head = output.at - start - HEADER_SIZE;
      this.#writer.write(value, output);
      const length = output.at - start - HEADER_SIZE;
      if (length - head > this.#maxPayload) throw tooLarge(length - head, this.#maxPayload);
      writeHeader(output.bytes, start, type, length);
    } catch (error) {
      output.at = start;
      this.reset();
      throw asEncodeError(error);
    } finally {
      encoding = false;
    }
  }
}

/** Decodes the values of one direction of a stream, in order. After an error it must not be used any more. */
export class ValueDecoder {
  readonly #reader: ValueReader;

  /** @param clock tells how long this process has worked; without one, Maps and Sets may take as long as they like */
  constructor(maxPayload: number = DEFAULT_MAX_PAYLOAD, clock?: Clock) {
    this.#reader = new ValueReader(maxPayload, clock);
  }

  /**
   * The value in `bytes[start..end)`. Nothing of it shares memory with `bytes`.
   * @throws LinkError MN_ERR_FRAME_VALUE for bytes that are not exactly one value.
   */
  decode(bytes: Buffer, start = 0, end: number = bytes.length): unknown {
    try {
      return this.#reader.read(bytes, start, end);
    } catch (error) {
      throw new LinkError("MN_ERR_FRAME_VALUE", "the peer sent a value that cannot be decoded", error);
    }
  }
}

/**
 * The value as a receiver would get it, and how many bytes it takes.
 * @throws what ValueEncoder.encode() throws
 */
export function copyOf(value: unknown, maxPayload: number): { copy: unknown; bytes: number } {
  const encoder = new ValueEncoder(maxPayload);
  const frame = encoder.encode(value);
  try {
    return { copy: new ValueDecoder(maxPayload).decode(frame, HEADER_SIZE), bytes: frame.length };
  } finally {
    encoder.release(frame);
  }
}

function leaveRoom(output: Output, bytes: number): void {
  output.ensure(bytes);
  output.at += bytes;
}

function makeRoom(): void {
  if (shared.bytes.length <= MOST_SHARED && shared.bytes.length - shared.at >= LEAST_ROOM) return;
  shared.bytes = Buffer.allocUnsafeSlow(SHARED);
  shared.at = 0;
}

function sendsMeanwhile(): DOMException {
  return dataCloneError("a getter of a value that is being sent sends, too: send before or after");
}

function tooLarge(length: number, most: number): UsageError {
  return new UsageError(
    "MN_ERR_FRAME_TOO_LARGE",
    `the value takes ${length} bytes, at most ${most} may be sent: raise maxPayload on both sides`,
  );
}

function asEncodeError(error: unknown): unknown {
  if (error instanceof UsageError || (error instanceof DOMException && error.name === "DataCloneError")) return error;
  return dataCloneError(`the value could not be cloned: ${String(error)}`, error);
}
