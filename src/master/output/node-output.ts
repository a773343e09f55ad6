// What one node writes, from its bytes to lines.
import type { LogLine } from "../../log-lines.js";
import type { Source } from "./lane.js";
import { LineSplitter, type Piece } from "./line-splitter.js";
import type { Passage, StreamName } from "./passage.js";

const STREAMS: readonly StreamName[] = ["stdout", "stderr"];

export class NodeOutput {
  readonly #from: { node: string; place: number; pid: number };
  readonly #passage: Passage;
  readonly #note: (line: LogLine) => void;
  readonly #splitters = { stdout: new LineSplitter(), stderr: new LineSplitter() };

  /** @param note hears of each line first */
  constructor({ id, place }: { id: string; place: number }, passage: Passage, note: (line: LogLine) => void) {
    this.#from = { node: id, place, pid: 0 };
    this.#passage = passage;
    this.#note = note;
  }

  /** How its standard output is to be opened. */
  get stdout(): "pipe" | "inherit" {
    return this.#passage.stdout;
  }

  /** Its process runs. */
  started(pid: number): void {
    this.#from.pid = pid;
    this.#passage.started(this.#from.node);
  }

  /** What it writes comes from this source, which is paused while too much waits, until it is released. */
  add(stream: StreamName, source: Source): void {
    this.#passage.add(stream, source);
  }

  release(stream: StreamName, source: Source): void {
    this.#passage.release(stream, source);
  }

  take(stream: StreamName, bytes: Buffer): void {
    this.#passage.bytes(stream, bytes);
    this.#pass(stream, this.#splitters[stream].push(bytes));
  }

  /** No more is expected: what is there without the end of a line is one, too. */
  finish(stream: StreamName): void {
    this.#pass(stream, this.#splitters[stream].end());
  }

  /** Its process has ended. */
  ended(): void {
    for (const stream of STREAMS) this.finish(stream);
    this.#passage.ended(this.#from.node);
  }

  #pass(stream: StreamName, pieces: readonly Piece[]): void {
    if (pieces.length === 0) return;
    const whose = { time: Date.now(), ...this.#from, stream };
    const lines = pieces.map(({ text, partial }): LogLine => ({ ...whose, text, ...(partial && { partial }) }));
    for (const line of lines) this.#note(line);
    this.#passage.lines(lines);
  }
}
