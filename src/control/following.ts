// The log lines on their way to one client: in batches, and left out but counted where it does not read fast enough.
import type { LogFeed, LogLine } from "../log-lines.js";
import type { ControlEvent } from "./commands.js";

/** What takes the events. */
export interface LogSink {
  readonly isFull: boolean;
  emit(event: ControlEvent): void;
}

/** Lines, and characters of them, that go out in one event at most, but for a single line that is longer. */
const BATCH_LINES = 1_000;
const BATCH_CHARACTERS = 256 * 1024;

export class Following {
  readonly #sink: LogSink;
  #batch: LogLine[] = [];
  #characters = 0;
  #skipped = 0;
  #flushing: NodeJS.Immediate | undefined;
  #unfollow: () => void = () => {};

  constructor(sink: LogSink) {
    this.#sink = sink;
  }

  /** Sends the latest lines. */
  recall(feed: LogFeed, lines: number, node: string | undefined): void {
    for (const line of feed.recent(lines, node)) this.#take(line);
    this.#flush();
  }

  /** Sends those that come from now on. */
  follow(feed: LogFeed, node: string | undefined): void {
    this.#unfollow = feed.follow((line) => {
      if (node === undefined || line.node === node) this.#take(line);
    });
  }

  /** The client has read what waited for it. */
  onDrain(): void {
    this.#tellSkipped();
  }

  end(): void {
    this.#unfollow();
    this.#flush();
    this.#tellSkipped();
  }

  #take(line: LogLine): void {
    if (this.#sink.isFull) {
      this.#flush();
      this.#skipped += 1;
      return;
    }
    this.#batch.push(line);
    this.#characters += line.text.length;
    if (this.#batch.length >= BATCH_LINES || this.#characters >= BATCH_CHARACTERS) this.#flush();
    else this.#flushing ??= setImmediate(() => this.#flush());
  }

  #flush(): void {
    clearImmediate(this.#flushing);
    this.#flushing = undefined;
    if (this.#batch.length === 0) return;
    this.#tellSkipped();
    this.#sink.emit({ type: "lines", lines: this.#batch });
    this.#batch = [];
    this.#characters = 0;
  }

  #tellSkipped(): void {
    if (this.#skipped === 0) return;
    this.#sink.emit({ type: "skipped", lines: this.#skipped });
    this.#skipped = 0;
  }
}
