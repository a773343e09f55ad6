// What goes out to one client, bounded: one that does not read is cut off before it costs the master its memory.
import type { Duplex } from "node:stream";
import type { Answer } from "./commands.js";

/** Bytes that wait for a client at most. */
export const MOST_WAITING: number = 16 * 1024 * 1024;
/** Bytes that wait beyond which log lines are left out, so that there is room for what must not be. */
const MOST_WAITING_FOR_LOGS = MOST_WAITING / 2;

export class Outbox {
  readonly #stream: Duplex;

  constructor(stream: Duplex) {
    this.#stream = stream;
  }

  /** Whether log lines have to be left out. */
  get isFull(): boolean {
    return this.#stream.writableLength > MOST_WAITING_FOR_LOGS;
  }

  /** Whether more waits than a client that reads leaves. */
  get isBehind(): boolean {
    return this.#stream.writableNeedDrain;
  }

  send(answer: Answer): void {
    if (!this.#stream.writable) return;
    const line = Buffer.from(`${JSON.stringify(answer)}\n`);
    if (this.#stream.writableLength + line.length > MOST_WAITING) this.#stream.destroy();
    else this.#stream.write(line);
  }
}
