// Signals that this package hears in a hosted program, without a listener that the program could find.
import type { EventEmitter } from "node:events";
import { constants } from "node:os";

/** What becomes of a signal: "swallow" keeps it from the program, "pass" gives it to the program's own listeners. */
export type Verdict = "swallow" | "pass";

/**
 * Libraries such as signal-exit end the process only where no listener but their own is there, and programs that remove
 * their listener and raise the signal again count on Node's default. So no listener stays here: one is added, which makes
 * Node watch for the signal, and is removed without Node hearing of that. The signal then comes to process.emit(), which
 * is ours; Node has bound it when it began to watch.
 */
export class UnseenSignals {
  readonly #signals: readonly NodeJS.Signals[];
  readonly #heard: (signal: NodeJS.Signals) => Verdict;
  readonly #process: EventEmitter = process;
  #state: "watching" | "released" = "watching";
  /** Whether Node is not to hear that a listener is removed. */
  #removal: "told" | "untold" = "told";

  /** @param heard told of each signal before the program's listeners are, and also where there are none */
  constructor(signals: readonly NodeJS.Signals[], heard: (signal: NodeJS.Signals) => Verdict) {
    this.#signals = signals;
    this.#heard = heard;
    const emit = this.#process.emit.bind(process);
    const value = (event: string | symbol, ...args: unknown[]): boolean => this.#emit(emit, event, args);
    Object.defineProperty(process, "emit", { value, writable: true, configurable: true });
    for (const signal of signals) this.#watch(signal);
  }

  /** From now on these signals are as in a process without this package, the default action included. */
  release(): void {
    if (this.#state === "released") return;
    this.#state = "released";
    for (const signal of this.#signals) {
      // Removing the last listener ends Node's watch.
      if (process.listenerCount(signal) === 0) process.on(signal, nothing).off(signal, nothing);
    }
  }

  /** What the program would see of a signal that is sent to it now. */
  raise(signal: NodeJS.Signals): void {
    if (!this.#process.emit(signal, signal, constants.signals[signal])) process.kill(process.pid, signal);
  }

  #watch(signal: NodeJS.Signals): void {
    process.on(signal, nothing);
    this.#removal = "untold";
    process.off(signal, nothing);
    this.#removal = "told";
  }

  #emit(emit: EventEmitter["emit"], event: string | symbol, args: unknown[]): boolean {
    if (this.#state === "released") return emit(event, ...args);
    if (event === "removeListener") return this.#onRemoval(emit, args);
    if (this.#isWatched(event) && this.#heard(event) === "swallow") return true;
    return emit(event, ...args);
  }

  /** The program has removed a listener; where that was its last one, Node has stopped to watch. */
  #onRemoval(emit: EventEmitter["emit"], args: unknown[]): boolean {
    if (this.#removal === "untold") return false;
    const done = emit("removeListener", ...args);
    const [signal] = args as [string | symbol];
    if (this.#isWatched(signal)) this.#watch(signal);
    return done;
  }

  #isWatched(event: string | symbol): event is NodeJS.Signals {
    return this.#signals.some((signal) => signal === event);
  }
}

function nothing(): void {}
