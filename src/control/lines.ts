// Bytes to lines, whatever the chunks: a line that is too long is left out, and the next one is read again.

/** Bytes that a line may have, its end not counted. */
export const LONGEST_LINE: number = 1024 * 1024;

const LINE_END = 0x0a;

export class BoundedLines {
  readonly #longest: number;
  #parts: Buffer[] = [];
  #length = 0;
  #state: "reading" | "skipping" = "reading";

  constructor(longest: number = LONGEST_LINE) {
    this.#longest = longest;
  }

  /** The lines that end in this chunk, without their ends; `too-long` for each that had more bytes than are taken. */
  push(chunk: Buffer): (Buffer | "too-long")[] {
    const lines: (Buffer | "too-long")[] = [];
    let start = 0;
    for (let end = chunk.indexOf(LINE_END); end !== -1; end = chunk.indexOf(LINE_END, start)) {
      this.#add(chunk.subarray(start, end));
      lines.push(this.#take());
      start = end + 1;
    }
    this.#add(chunk.subarray(start));
    return lines;
  }

  /** What came last and had no end; `undefined` where that is nothing. */
  end(): Buffer | "too-long" | undefined {
    return this.#state === "reading" && this.#length === 0 ? undefined : this.#take();
  }

  #add(part: Buffer): void {
    if (this.#state === "skipping" || part.length === 0) return;
    this.#length += part.length;
    if (this.#length <= this.#longest) return void this.#parts.push(part);
    this.#parts = [];
    this.#state = "skipping";
  }

  #take(): Buffer | "too-long" {
    const line = this.#state === "skipping" ? "too-long" : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#length = 0;
    this.#state = "reading";
    return line;
  }
}
