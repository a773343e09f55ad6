// Deadlines and delays by what they wait for: each at most once, all taken back together.

export class Timers<Message> {
  readonly #start: (ms: number, message: Message) => () => void;
  readonly #cancels = new Map<string, () => void>();

  /** @param start tells a message after so many milliseconds, and returns what takes that back */
  constructor(start: (ms: number, message: Message) => () => void) {
    this.#start = start;
  }

  set(what: string, ms: number, message: Message): void {
    this.clear(what);
    this.#cancels.set(what, this.#start(ms, message));
  }

  clear(what: string): void {
    this.#cancels.get(what)?.();
    this.#cancels.delete(what);
  }

  clearAll(): void {
    for (const cancel of this.#cancels.values()) cancel();
    this.#cancels.clear();
  }
}
