// What waits to be written to one descriptor, with a limit: whoever writes too much has to wait.
import type { Readable } from "node:stream";
import type { Writer } from "./writer.js";

/** Bytes that wait beyond which sources are paused, and below which they go on. */
const HIGH = 262_144;
const LOW = 65_536;
/** Bytes that wait beyond which what comes from elsewhere is left out. */
const LIMIT = 8_388_608;

/** What fails once and may work again: a disk is full. */
const PASSING = ["ENOSPC", "EDQUOT"];

/** Something that can be made to wait. */
export type Source = Pick<Readable, "pause" | "resume">;

export class Lane {
  readonly #writer: Writer;
  readonly #leftOutNote: (bytes: number) => string;
  readonly #sources = new Set<Source>();
  #queue: Buffer[] = [];
  /** Bytes in the queue and in what is being written. */
  #waiting = 0;
  #leftOut = 0;
  #state: "idle" | "writing" | "broken" = "idle";
  #flow: "runs" | "paused" = "runs";
  #whenIdle: (() => void)[] = [];

  /** @param leftOutNote what is written in the place of so many bytes that were left out */
  constructor(writer: Writer, leftOutNote: (bytes: number) => string) {
    this.#writer = writer;
    this.#leftOutNote = leftOutNote;
  }

  /** From now on this source waits while too much of what was written waits. */
  add(source: Source): void {
    this.#sources.add(source);
    if (this.#flow === "paused") source.pause();
  }

  /** This source does not wait any more: what it has left is little. */
  release(source: Source): void {
    if (this.#sources.delete(source) && this.#flow === "paused") source.resume();
  }

  write(bytes: Buffer): void {
    if (this.#state === "broken") return;
    if (this.#waiting + bytes.length > LIMIT) {
      this.#leftOut += bytes.length;
      return;
    }
    this.#queue.push(bytes);
    this.#waiting += bytes.length;
    if (this.#state === "idle") this.#next();
    this.#adjust();
  }

  /** Resolves when nothing waits any more. */
  idle(): Promise<void> {
    if (this.#state !== "writing") return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  close(): void {
    this.#break();
    this.#writer.close();
  }

  #next(): void {
    const bytes = this.#queue.length === 1 ? (this.#queue[0] as Buffer) : Buffer.concat(this.#queue);
    this.#queue = [];
    this.#state = "writing";
    this.#writer.write(bytes, (error) => this.#onWritten(bytes.length, error));
  }

  #onWritten(count: number, error: NodeJS.ErrnoException | null | undefined): void {
    if (this.#state === "broken") return;
    if (error && !PASSING.includes(error.code ?? "")) return this.#break();
    this.#waiting -= count;
    this.#tellLeftOut();
    if (this.#queue.length > 0) this.#next();
    else this.#rest();
    this.#adjust();
  }

  #tellLeftOut(): void {
    if (this.#leftOut === 0) return;
    const note = Buffer.from(this.#leftOutNote(this.#leftOut));
    this.#leftOut = 0;
    this.#queue.push(note);
    this.#waiting += note.length;
  }

  #rest(): void {
    this.#state = "idle";
    this.#wake();
  }

  /** Nobody reads any more: what is written from now on is lost, and nobody has to wait. */
  #break(): void {
    this.#state = "broken";
    this.#queue = [];
    this.#waiting = 0;
    this.#adjust();
    this.#wake();
  }

  #adjust(): void {
    if (this.#flow === "runs" && this.#waiting > HIGH) {
      this.#flow = "paused";
      for (const source of this.#sources) source.pause();
    } else if (this.#flow === "paused" && this.#waiting < LOW) {
      this.#flow = "runs";
      for (const source of this.#sources) source.resume();
    }
  }

  #wake(): void {
    const waiting = this.#whenIdle;
    this.#whenIdle = [];
    for (const resolve of waiting) resolve();
  }
}
