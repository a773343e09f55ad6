// The latest lines of a service, and whoever wants to see those that come.
import type { LogFeed, LogLine } from "../../log-lines.js";

/** Lines that are kept. */
const MAX_LINES = 1_000;
/** UTF-16 units of text that are kept. */
const MAX_SIZE = 1_048_576;

export class LogRing implements LogFeed {
  readonly #lines: LogLine[] = [];
  readonly #listeners = new Set<(line: LogLine) => void>();
  #size = 0;

  add(line: LogLine): void {
    this.#lines.push(line);
    this.#size += line.text.length;
    while (this.#lines.length > MAX_LINES || this.#size > MAX_SIZE) this.#size -= this.#lines.shift()?.text.length ?? 0;
    for (const listener of this.#listeners) listener(line);
  }

  recent(count: number, node?: string): LogLine[] {
    const lines = node === undefined ? this.#lines : this.#lines.filter((line) => line.node === node);
    return lines.slice(Math.max(0, lines.length - count));
  }

  follow(listener: (line: LogLine) => void): () => void {
    // The same function may follow twice.
    const own = (line: LogLine): void => listener(line);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }
}
