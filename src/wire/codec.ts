// Values to frames and back: msgpackr with structured clone and records, made faithful and made safe.

import { Packr, RESERVE_START_SPACE } from "msgpackr/pack";
import { Unpackr, type Options } from "msgpackr/unpack";
import { LinkError, UsageError } from "../errors.js";
import { escape } from "./escape.js";
import { DEFAULT_MAX_PAYLOAD, FRAME_VALUE, HEADER_SIZE, writeHeader } from "./frame.js";
import { PayloadCheck } from "./payload-check.js";
import { revive } from "./revive.js";
import { dataCloneError } from "./value-limits.js";
import { ValueScan } from "./value-scan.js";

// msgpackr encodes into one buffer for the whole process. Once a value has made it this large, it is given up.
const MAX_SHARED_BUFFER = 8 * 1024 * 1024;
const SHARED_BUFFER = 8 * 1024;

let encoding = false;

/**
 * Encodes the values of one direction of a stream. Frames refer to record definitions in earlier ones, so every frame
 * has to be sent, in order. When encoding fails, the next frame starts from nothing and so depends on none before it.
 */
export class ValueEncoder {
  readonly #maxPayload: number;
  readonly #scan: ValueScan;
  #packr: Packr = newPackr();

  constructor(maxPayload: number = DEFAULT_MAX_PAYLOAD) {
    this.#maxPayload = maxPayload;
    this.#scan = new ValueScan(maxPayload);
  }

  /**
   * The frame of `value`, header included, in memory of the process-wide buffer: see `release`.
   * @param head so many bytes are left between the header and the value, at most 64, for the caller to fill
   * @throws DOMException named DataCloneError for what cannot be sent, UsageError MN_ERR_FRAME_TOO_LARGE for too much.
   */
  encode(value: unknown, type: number = FRAME_VALUE, head = 0): Buffer {
    if (encoding) throw dataCloneError("a getter of a value that is being sent sends, too: send before or after");
    encoding = true;
    try {
      const frame = this.#pack(this.#prepare(value), HEADER_SIZE + head);
      const length = frame.length - HEADER_SIZE;
      if (length - head > this.#maxPayload) throw this.#tooLarge(length - head);
      writeHeader(frame, 0, type, length);
      return frame;
    } finally {
      encoding = false;
    }
  }

  /** Says that the frame that was encoded last has been copied, so that its memory can be used for the next one. */
  release(frame: Buffer): void {
    this.#packr.position = frame.byteOffset;
  }

  /** The next frame depends on none before it: for when one that was encoded is not sent. */
  reset(): void {
    this.#packr = newPackr();
  }

  #prepare(value: unknown): unknown {
    try {
      if (this.#scan.isPlain(value, false)) return value;
      const escaped = escape(value);
      this.#scan.isPlain(escaped, true);
      return escaped;
    } catch (error) {
      throw asEncodeError(error);
    }
  }

  #pack(value: unknown, reserved: number): Buffer {
    try {
      const frame = this.#packr.pack(value, RESERVE_START_SPACE | reserved);
      if (frame.buffer.byteLength > MAX_SHARED_BUFFER) this.#packr.useBuffer(Buffer.allocUnsafeSlow(SHARED_BUFFER));
      return frame;
    } catch (error) {
      this.reset();
      throw asEncodeError(error);
    }
  }

  // The encoder has noted record definitions that the peer will never see.
  #tooLarge(length: number): UsageError {
    this.reset();
    return new UsageError(
      "MN_ERR_FRAME_TOO_LARGE",
      `the value takes ${length} bytes, at most ${this.#maxPayload} may be sent: raise maxPayload on both sides`,
    );
  }
}

/** Decodes the values of one direction of a stream, in order. After an error it must not be used any more. */
export class ValueDecoder {
  readonly #check: PayloadCheck;
  readonly #unpackr: Unpackr = new Unpackr(msgpackrOptions());
  readonly #range: { start: number; end: number } = { start: 0, end: 0 };

  constructor(maxPayload: number = DEFAULT_MAX_PAYLOAD) {
    this.#check = new PayloadCheck(maxPayload);
  }

  /**
   * The value in `bytes[start..end)`. Nothing of it shares memory with `bytes`.
   * @throws LinkError MN_ERR_FRAME_VALUE for bytes that are not exactly one value.
   */
  decode(bytes: Buffer, start = 0, end: number = bytes.length): unknown {
    try {
      const hasEscapes = this.#check.check(bytes, start, end);
      this.#range.start = start;
      this.#range.end = end;
      const value: unknown = this.#unpackr.unpack(bytes, this.#range);
      return hasEscapes ? revive(value) : value;
    } catch (error) {
      throw new LinkError("MN_ERR_FRAME_VALUE", "the peer sent a value that cannot be decoded", error);
    }
  }
}

function newPackr(): Packr {
  return new Packr(msgpackrOptions());
}

// A new object each time: msgpackr writes into its options.
function msgpackrOptions(): Options {
  return {
    structuredClone: true,
    moreTypes: true,
    sequential: true,
    // 64 is what fits into one byte per record.
    maxOwnStructures: 64,
    copyBuffers: true,
    useToJSON: false,
  };
}

function asEncodeError(error: unknown): unknown {
  if (error instanceof UsageError || (error instanceof DOMException && error.name === "DataCloneError")) return error;
  return dataCloneError(`the value could not be cloned: ${String(error)}`, error);
}
