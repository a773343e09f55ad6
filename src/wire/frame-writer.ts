// Joins the frames of one turn of the event loop into as few writes as is good.

import type { Writable } from "node:stream";
import { giveMemory, PIECE, takeMemory } from "./memory.js";
import { Output } from "./output.js";

/**
 * A batch is written at once when it has grown to this many bytes. The first of a turn is short, so that the receiver
 * works while the sender still does, and each further one twice as long, as a write costs as much as many frames do.
 */
const FIRST_BATCH: number = 2 * 1024;
const BATCH_SIZE: number = 64 * 1024;
/** A frame of at least this many bytes is written as it is: to join it with others would cost more than a write. */
const LARGE_FRAME = 16 * 1024;
const NO_BYTES: Buffer = Buffer.alloc(0);

export class FrameWriter {
  readonly #stream: Writable;
  readonly #onWritten: () => void;
  readonly #memory: "reused" | "new";
  /** The batch: what counts of it are its first `#filled` bytes. */
  #batch: Output = new Output(NO_BYTES, moveMemory);
  #filled = 0;
  #batchSize: number = FIRST_BATCH;
  /** Whether a frame is being written behind those. */
  #frame: "none" | "begun" = "none";
  #flush: "idle" | "planned" = "idle";
  #bufferedBytes = 0;
  #lostBytes = 0;

  /**
   * @param onWritten called whenever fewer bytes wait than before
   * @param memory "reused" for streams that do not look at bytes any more once they say that these are written
   */
  constructor(stream: Writable, onWritten: () => void = () => {}, memory: "reused" | "new" = "new") {
    this.#stream = stream;
    this.#onWritten = onWritten;
    this.#memory = memory;
  }

  /** Bytes taken and not yet handed to the operating system (or to whatever the stream writes to). */
  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  /** Bytes that were taken and could not be written, as the stream had failed or ended. */
  get lostBytes(): number {
    return this.#lostBytes;
  }

  /** Takes a frame; it is written at the end of this turn at the latest. Returns whether its bytes were copied. */
  add(frame: Buffer): boolean {
    if (frame.length < LARGE_FRAME) {
      const batch = this.begin();
      batch.raw(frame);
      return this.commit(batch);
    }
    this.flush();
    this.#bufferedBytes += frame.length;
    this.#write(frame, undefined);
    return false;
  }

  /** Where a frame may be written, behind those that wait. It is taken only with commit(). */
  begin(): Output {
    if (this.#frame === "begun") this.#moveAside();
    this.#frame = "begun";
    if (this.#batch.bytes.length === 0) this.#batch.bytes = takeMemory(PIECE);
    this.#batch.at = this.#filled;
    return this.#batch;
  }

  /** Takes the frame that was begun in `batch`. Returns false, and does not, if something else was sent meanwhile. */
  commit(batch: Output): boolean {
    if (batch !== this.#batch) return false;
    this.#frame = "none";
    const length = batch.at - this.#filled;
    this.#bufferedBytes += length;
    if (length >= LARGE_FRAME) this.#writeBatch(this.#filled);
    else if (batch.at >= this.#batchSize) this.#writeEarly();
    else {
      this.#filled = batch.at;
      if (this.#flush === "idle") this.#plan();
    }
    return true;
  }

  /** What was begun in `batch` is not to be sent. */
  cancel(batch: Output): void {
    if (batch !== this.#batch) return;
    this.#frame = "none";
    if (this.#filled > 0) return;
    giveMemory(batch.bytes);
    batch.bytes = NO_BYTES;
  }

  /** Writes what waits. */
  flush(): void {
    if (this.#frame === "begun") this.#moveAside();
    if (this.#filled === 0) return;
    this.#batch.at = this.#filled;
    this.#writeBatch(0);
  }

  /** What was begun goes on where it is, and nobody will look at it. */
  #moveAside(): void {
    const { bytes } = this.#batch;
    this.#frame = "none";
    this.#batch = new Output(this.#filled > 0 ? takeMemory(bytes.length) : NO_BYTES, moveMemory);
    bytes.copy(this.#batch.bytes, 0, 0, this.#filled);
  }

  #writeEarly(): void {
    this.#batchSize = Math.min(2 * this.#batchSize, BATCH_SIZE);
    this.#writeBatch(0);
    if (this.#flush === "idle") this.#plan();
  }

  /** Writes the batch, in two parts where it ends with a large frame. */
  #writeBatch(large: number): void {
    const { bytes, at } = this.#batch;
    this.#batch.bytes = NO_BYTES;
    this.#filled = 0;
    if (large > 0) this.#writeCopy(bytes.subarray(0, large));
    if (at - large >= bytes.length / 2) return this.#write(bytes.subarray(large, at), bytes);
    this.#writeCopy(bytes.subarray(large, at));
    giveMemory(bytes);
  }

  /** While it waits, it holds no more memory than it needs. */
  #writeCopy(bytes: Buffer): void {
    this.#write(Buffer.from(bytes), undefined);
  }

  #plan(): void {
    this.#flush = "planned";
    process.nextTick(() => {
      this.#flush = "idle";
      this.#batchSize = FIRST_BATCH;
      this.flush();
    });
  }

  // A destroyed stream would only report the write as an error, long after it told about its end.
  #write(bytes: Buffer, memory: Buffer | undefined): void {
    if (!this.#stream.writable) return;
    this.#stream.write(bytes, (error) => {
      this.#bufferedBytes -= bytes.length;
      if (error != null) this.#lostBytes += bytes.length;
      if (error == null && memory !== undefined && this.#memory === "reused") giveMemory(memory);
      this.#onWritten();
    });
  }
}

function moveMemory(bytes: Buffer, used: number, needed: number): Buffer {
  const larger = takeMemory(needed);
  bytes.copy(larger, 0, 0, used);
  giveMemory(bytes);
  return larger;
}
