// Joins the frames of one turn of the event loop into as few writes as is good.

import type { Writable } from "node:stream";

/** A batch is written at once when it has grown to this many bytes. */
const BATCH_SIZE = 64 * 1024;
/** A frame of at least this many bytes is written as it is: copying it would cost more than a write of its own. */
const LARGE_FRAME = 16 * 1024;
const SMALLEST_BATCH = 512;

export class FrameWriter {
  readonly #stream: Writable;
  readonly #onWritten: () => void;
  readonly #flushLater: () => void = () => this.flush();
  #batch: Buffer | undefined;
  #filled = 0;
  // How large the last batch became: batches of one stream tend to be alike.
  #expected = SMALLEST_BATCH;
  #bufferedBytes = 0;

  /** @param onWritten called whenever fewer bytes wait than before */
  constructor(stream: Writable, onWritten: () => void = () => {}) {
    this.#stream = stream;
    this.#onWritten = onWritten;
  }

  /** Bytes taken and not yet handed to the operating system (or to whatever the stream writes to). */
  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  /** Takes a frame; it is written at the end of this turn at the latest. Returns whether its bytes were copied. */
  add(frame: Buffer): boolean {
    this.#bufferedBytes += frame.length;
    if (frame.length >= LARGE_FRAME) {
      this.flush();
      this.#write(frame);
      return false;
    }
    if (this.#batch !== undefined && this.#filled + frame.length > this.#batch.length) this.#makeRoom(frame.length);
    this.#batch ??= this.#newBatch(frame.length);
    this.#filled += frame.copy(this.#batch, this.#filled);
    return true;
  }

  /** Writes what waits. */
  flush(): void {
    const batch = this.#batch;
    if (batch === undefined) return;
    const written = batch.subarray(0, this.#filled);
    this.#expected = Math.min(BATCH_SIZE, Math.max(SMALLEST_BATCH, this.#filled));
    this.#batch = undefined;
    this.#filled = 0;
    this.#write(written);
  }

  #newBatch(needed: number): Buffer {
    process.nextTick(this.#flushLater);
    return Buffer.allocUnsafe(Math.max(needed, this.#expected));
  }

  #makeRoom(needed: number): void {
    if (this.#filled + needed > BATCH_SIZE) return this.flush();
    const larger = Buffer.allocUnsafe(Math.min(BATCH_SIZE, Math.max(2 * this.#filled, this.#filled + needed)));
    this.#batch?.copy(larger, 0, 0, this.#filled);
    this.#batch = larger;
  }

  // A destroyed stream would only report the write as an error, long after it told about its end.
  #write(bytes: Buffer): void {
    if (!this.#stream.writable) return;
    this.#stream.write(bytes, () => {
      this.#bufferedBytes -= bytes.length;
      this.#onWritten();
    });
  }
}
