// Two duplex streams in memory, each the other's far end: a socket pair without sockets.

import { Duplex } from "node:stream";

export interface PairOptions {
  /** Bytes that an end takes before `write` returns false. Default 16 KiB. */
  readonly highWaterMark?: number;
  /** Cuts what is written into chunks of these many bytes, over and over; 0 stands for "the rest". */
  readonly chunkSizes?: readonly number[];
  /** `false` makes streams that never emit "close", as some in the wild do. */
  readonly emitClose?: boolean;
}

/** What one end writes, the other reads, in later turns of the event loop. Destroying one end ends the other. */
export function duplexPair(options: PairOptions = {}): [PairEnd, PairEnd] {
  const [a, b] = [new PairEnd(options), new PairEnd(options)];
  a.other = b;
  b.other = a;
  return [a, b];
}

export class PairEnd extends Duplex {
  other: PairEnd | undefined;
  /** How many times the owner's writes came through: one for each write or group of joined writes. */
  writes = 0;
  readonly #chunkSizes: readonly number[];
  #nextSize = 0;
  #whenRead: (() => void) | undefined;

  constructor({ chunkSizes = [0], ...options }: PairOptions) {
    super({ ...options, allowHalfOpen: true });
    this.#chunkSizes = chunkSizes;
  }

  override _read(): void {
    const callback = this.#whenRead;
    this.#whenRead = undefined;
    callback?.();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    this.writes++;
    setImmediate(() => this.other?.receive(chunk, callback));
  }

  override _final(callback: () => void): void {
    setImmediate(() => {
      if (this.other?.destroyed === false) this.other.push(null);
      callback();
    });
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    const other = this.other;
    this.#whenRead?.();
    setImmediate(() => {
      if (other !== undefined && !other.destroyed && !other.readableEnded) other.push(null);
    });
    callback(error);
  }

  /** As if the other end had written: the callback comes when this end wants more. */
  receive(chunk: Buffer, callback: () => void): void {
    if (this.destroyed) return callback();
    let wantsMore = true;
    for (let at = 0; at < chunk.length; ) {
      const size = this.#chunkSizes[this.#nextSize++ % this.#chunkSizes.length] || chunk.length;
      wantsMore = this.push(chunk.subarray(at, at + size));
      at += size;
    }
    if (wantsMore) callback();
    else this.#whenRead = callback;
  }
}
