// The stream of the link from a process to itself.
import { Duplex } from "node:stream";

/**
 * What is written can be read in a later turn of the event loop. A PassThrough would give it within the write: a link
 * would get frames while it sends some, and calls from a process to itself would keep everything else from its turn.
 */
export class Loopback extends Duplex {
  #whenRead: (() => void) | undefined;

  override _read(): void {
    const callback = this.#whenRead;
    this.#whenRead = undefined;
    callback?.();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    setImmediate(() => {
      if (this.push(chunk)) callback();
      else this.#whenRead = callback;
    });
  }

  override _final(callback: () => void): void {
    setImmediate(() => {
      this.push(null);
      callback();
    });
  }
}
