// Pure: the stack of an uncaught error that ends one node after the other is passed on once a minute.
import type { LogLine } from "../../log-lines.js";

/** Milliseconds after which a stack is passed on again. */
const SHOWN_AGAIN_MS = 60_000;
/** Of each node, the latest lines of its standard error; longer lines are no part of a stack. */
const KEPT_LINES = 60;
const LONGEST_LINE = 1_000;
/** Different stacks that are remembered. */
const KEPT_STACKS = 8;
/** Node writes where an uncaught error was thrown above its stack, such as `/srv/app.js:12`. */
const PLACE = /^(?:\/|file:|node:)\S*:\d+$/;
const ERROR = /^(?:Uncaught )?[\w$]*(?:Error|Exception)\b/;

interface Stack {
  lines: readonly string[];
  shownAt: number;
}

interface Writer {
  tail: string[];
  /** Held back, as they are so far what a node wrote before it ended. */
  held: LogLine[];
  stack: Stack | undefined;
}

export class Repeats {
  readonly #writers = new Map<string, Writer>();
  /** Those that something is held back of. */
  readonly #holding = new Set<string>();
  #stacks: Stack[] = [];

  get isHolding(): boolean {
    return this.#holding.size > 0;
  }

  /** Returns what is to be passed on now. */
  take(lines: readonly LogLine[], now: number): readonly LogLine[] {
    return lines.flatMap((line) => (line.stream === "stderr" ? this.#takeOne(line, now) : [line]));
  }

  /** A node has ended; returns what is to be passed on of what was held back. */
  ended(id: string, now: number): readonly LogLine[] {
    const writer = this.#writers.get(id);
    this.#writers.delete(id);
    this.#holding.delete(id);
    if (writer === undefined) return [];
    const { held, stack, tail } = writer;
    if (stack !== undefined && held.length === stack.lines.length) return summary(held);
    this.#remember(tail, now);
    return held;
  }

  /** Returns all that is held back: those nodes have not ended after all. */
  release(): readonly LogLine[] {
    this.#holding.clear();
    return [...this.#writers.values()].flatMap((writer) => {
      writer.stack = undefined;
      return writer.held.splice(0);
    });
  }

  #takeOne(line: LogLine, now: number): readonly LogLine[] {
    const writer = this.#writers.get(line.node) ?? { tail: [], held: [], stack: undefined };
    this.#writers.set(line.node, writer);
    writer.tail = line.text.length > LONGEST_LINE ? [] : [...writer.tail, line.text].slice(-KEPT_LINES);
    const next = writer.stack?.lines[writer.held.length];
    if (next !== undefined && next === line.text) {
      writer.held.push(line);
      return [];
    }
    const before = writer.held.splice(0);
    writer.stack = this.#stacks.find(({ lines, shownAt }) => lines[0] === line.text && now - shownAt < SHOWN_AGAIN_MS);
    if (writer.stack === undefined) {
      this.#holding.delete(line.node);
      return [...before, line];
    }
    this.#holding.add(line.node);
    writer.held.push(line);
    return before;
  }

  #remember(tail: readonly string[], now: number): void {
    const from = Math.max(
      tail.findLastIndex((text) => PLACE.test(text)),
      0,
    );
    const lines = tail.slice(from);
    if (!lines.some((text) => ERROR.test(text))) return;
    const others = this.#stacks.filter((stack) => stack.lines.join("\n") !== lines.join("\n"));
    this.#stacks = [{ lines, shownAt: now }, ...others].slice(0, KEPT_STACKS);
  }
}

function summary(held: readonly LogLine[]): LogLine[] {
  const [first] = held;
  const text = `${held.length} lines are left out here: the same error as of a node before`;
  return first === undefined ? [] : [{ ...first, text }];
}
