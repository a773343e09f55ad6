// The terminal as `top` has it: a screen and keys, given back on every way out but SIGKILL.
import type { ReadStream, WriteStream } from "node:tty";
import { type Key, keysIn } from "./keys.js";
import { Screen } from "./screen.js";

export interface TerminalEvents {
  onKey: (key: Key) => void;
  /** It has another size, or is here again: all is to be drawn anew. */
  onResize: () => void;
  /** Nobody types or looks any more. */
  onGone: () => void;
}

export interface TerminalStreams {
  input: ReadStream;
  output: WriteStream;
}

/** What ends a process by default. */
const ENDINGS: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];

/** Milliseconds: the kernel stops nobody whom no shell could let go on. */
const UNSTOPPED_MS = 200;

export class Terminal {
  readonly screen: Screen;
  readonly #input: ReadStream;
  readonly #output: WriteStream;
  readonly #events: TerminalEvents;
  #resuming: NodeJS.Timeout | undefined;

  constructor({ input, output }: TerminalStreams, events: TerminalEvents) {
    this.#input = input;
    this.#output = output;
    this.#events = events;
    this.screen = new Screen(output);
  }

  get size(): { columns: number; rows: number } {
    // A terminal may have forgotten its size.
    return { columns: this.#output.columns || 80, rows: this.#output.rows || 24 };
  }

  open(): void {
    for (const signal of ENDINGS) process.once(signal, this.#endBySignal);
    process.on("exit", this.#restore).on("uncaughtExceptionMonitor", this.#restore).on("SIGCONT", this.#take);
    this.#output.on("resize", this.#onResize).on("error", this.#events.onGone);
    this.#input.on("data", this.#onData).on("end", this.#events.onGone).on("error", this.#events.onGone);
    this.#input.setEncoding("utf8");
    this.#take();
  }

  /** Stops this process as Ctrl-Z does elsewhere; it goes on with SIGCONT, or soon where there is no shell to send that. */
  suspend(): void {
    this.#restore();
    process.kill(process.pid, "SIGTSTP");
    this.#resuming = setTimeout(this.#take, UNSTOPPED_MS);
  }

  close(): void {
    clearTimeout(this.#resuming);
    this.#restore();
    for (const signal of ENDINGS) process.off(signal, this.#endBySignal);
    process.off("exit", this.#restore).off("uncaughtExceptionMonitor", this.#restore).off("SIGCONT", this.#take);
    this.#output.off("resize", this.#onResize);
    this.#input.off("data", this.#onData).off("end", this.#events.onGone).pause().unref();
  }

  readonly #take = (): void => {
    this.#input.setRawMode(true);
    this.#input.resume();
    this.screen.open();
    this.#events.onResize();
  };

  readonly #restore = (): void => {
    this.screen.close();
    try {
      this.#input.setRawMode(false);
    } catch {
      // The terminal itself is gone.
    }
  };

  /** Without a listener of its own the signal does what it does to any process. */
  readonly #endBySignal = (signal: NodeJS.Signals): void => {
    this.close();
    process.kill(process.pid, signal);
  };

  readonly #onResize = (): void => {
    this.screen.clear();
    this.#events.onResize();
  };

  readonly #onData = (chunk: string | Buffer): void => {
    for (const key of keysIn(String(chunk))) this.#events.onKey(key);
  };
}
