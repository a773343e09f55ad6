// Finds frames in a stream of bytes that comes in chunks of any size.

import { LinkError } from "../errors.js";
import { giveMemory, takeMemory } from "./memory.js";
import { FRAME_CLOSE, FRAME_VALUE, HEADER_SIZE, MAX_CLOSE_PAYLOAD } from "./frame.js";

/** "header" and "payload" say what comes next; "failed" and "stopped" are final: all further bytes are ignored. */
export type DecoderState = "header" | "payload" | "failed" | "stopped";

/**
 * Takes one frame: its payload is `bytes[start..end)`, good only until the handler returns. It must not throw.
 * Returns whether to go on; on `false`, `push` returns where it stopped.
 */
export type FrameHandler = (type: number, bytes: Buffer, start: number, end: number) => boolean;

/** The greatest payload in bytes for each frame type that is taken. */
export type FrameLimits = ReadonlyMap<number, number>;

/** Frames that a framed stream takes, with values of at most `maxPayload` bytes. */
export function streamLimits(maxPayload: number): FrameLimits {
  return new Map([
    [FRAME_VALUE, maxPayload],
    [FRAME_CLOSE, MAX_CLOSE_PAYLOAD],
  ]);
}

const FIRST_ALLOCATION = 64 * 1024;
const GROWTH = 16;
const NO_BYTES: Buffer = Buffer.alloc(0);

/**
 * Incremental frame decoder. A frame that lies within one chunk is handed on in place. Any other is gathered in one
 * buffer of min(length, 64 KiB) bytes, which is replaced by one 16 times as large (at most the frame's length)
 * whenever it is full: a header that lies costs little, and each byte is moved at most twice.
 */
export class FrameDecoder {
  readonly #limits: Float64Array = new Float64Array(256).fill(-1);
  readonly #onFrame: FrameHandler;
  #state: DecoderState = "header";
  #error: LinkError | undefined;
  readonly #header: Buffer = Buffer.alloc(HEADER_SIZE);
  #headerFilled = 0;
  #type = 0;
  #length = 0;
  /** What is gathered lies at the beginning of this. */
  #memory: Buffer = NO_BYTES;
  #gathered: Buffer = NO_BYTES;
  #filled = 0;

  constructor(limits: FrameLimits, onFrame: FrameHandler) {
    for (const [type, limit] of limits) this.#limits[type] = limit;
    this.#onFrame = onFrame;
  }

  get state(): DecoderState {
    return this.#state;
  }

  /** Why the state is "failed": MN_ERR_FRAME_TYPE or MN_ERR_FRAME_TOO_LARGE. */
  get error(): LinkError | undefined {
    return this.#error;
  }

  /** Bytes of memory held for a frame that is not complete. */
  get bufferedBytes(): number {
    return this.#headerFilled + this.#gathered.length;
  }

  /** Takes the next chunk. Returns how many of its bytes are done with: fewer than all only after a `false`. */
  push(chunk: Buffer): number {
    let offset = 0;
    while (this.#state === "header" || this.#state === "payload") {
      if (this.#state === "header") offset = this.#readHeader(chunk, offset);
      if (this.#state !== "payload") break;
      if (this.#filled === 0 && chunk.length - offset >= this.#length) {
        const start = offset;
        offset += this.#length;
        if (!this.#deliver(chunk, start, offset)) return offset;
      } else {
        offset = this.#gather(chunk, offset);
        if (this.#filled < this.#length) break;
        if (!this.#deliver(this.#gathered, 0, this.#length)) return offset;
      }
    }
    return chunk.length;
  }

  /** The stream ended: the error if that was within a frame. */
  end(): LinkError | undefined {
    const cut = this.#state === "payload" || (this.#state === "header" && this.#headerFilled > 0);
    if (!cut) return undefined;
    const missing = this.#state === "payload" ? this.#length - this.#filled : HEADER_SIZE - this.#headerFilled;
    return this.#fail(
      "MN_ERR_FRAME_TRUNCATED",
      `the stream ended within a frame: ${missing} bytes of its ${this.#state} are missing`,
    );
  }

  /** Gives everything up; also from within the handler. */
  stop(): void {
    if (this.#state !== "failed") this.#state = "stopped";
    this.#forget();
  }

  #readHeader(chunk: Buffer, start: number): number {
    if (this.#headerFilled === 0 && chunk.length - start >= HEADER_SIZE) {
      this.#acceptHeader(chunk, start);
      return start + HEADER_SIZE;
    }
    const taken = chunk.copy(this.#header, this.#headerFilled, start);
    this.#headerFilled += taken;
    if (this.#headerFilled === HEADER_SIZE) {
      this.#headerFilled = 0;
      this.#acceptHeader(this.#header, 0);
    }
    return start + taken;
  }

  #acceptHeader(bytes: Buffer, start: number): void {
    const length = bytes.readUInt32BE(start);
    const type = bytes[start + 4] as number;
    const limit = this.#limits[type] as number;
    if (limit < 0) {
      this.#fail("MN_ERR_FRAME_TYPE", `the peer sent a frame of the unknown type 0x${type.toString(16)}`);
    } else if (length > limit) {
      this.#fail(
        "MN_ERR_FRAME_TOO_LARGE",
        `the peer sent a frame of ${length} bytes, at most ${limit} are taken: raise maxPayload or send less at once`,
      );
    } else {
      this.#state = "payload";
      this.#type = type;
      this.#length = length;
    }
  }

  #gather(chunk: Buffer, start: number): number {
    const end = Math.min(chunk.length, start + this.#length - this.#filled);
    for (let offset = start; offset < end; ) {
      if (this.#filled === this.#gathered.length) this.#grow();
      const taken = chunk.copy(this.#gathered, this.#filled, offset, end);
      this.#filled += taken;
      offset += taken;
    }
    return end;
  }

  #grow(): void {
    const wanted = Math.max(FIRST_ALLOCATION, this.#gathered.length * GROWTH);
    const memory = takeMemory(Math.min(this.#length, wanted));
    const larger = memory.subarray(0, Math.min(this.#length, wanted));
    this.#gathered.copy(larger);
    this.#letGo();
    this.#memory = memory;
    this.#gathered = larger;
  }

  // The state is ready for the next frame before the handler runs, so that the handler may stop the decoder.
  #deliver(bytes: Buffer, start: number, end: number): boolean {
    this.#state = "header";
    const memory = this.#memory;
    this.#memory = this.#gathered = NO_BYTES;
    this.#filled = 0;
    const goesOn = this.#onFrame(this.#type, bytes, start, end);
    giveMemory(memory);
    return goesOn;
  }

  #fail(code: "MN_ERR_FRAME_TYPE" | "MN_ERR_FRAME_TOO_LARGE" | "MN_ERR_FRAME_TRUNCATED", message: string): LinkError {
    this.#state = "failed";
    this.#error = new LinkError(code, message);
    this.#forget();
    return this.#error;
  }

  #forget(): void {
    this.#letGo();
    this.#filled = 0;
    this.#headerFilled = 0;
  }
  #letGo(): void {
    giveMemory(this.#memory);
    this.#memory = this.#gathered = NO_BYTES;
  }
}
