// Keeps the process alive, as a server's socket does, where there is no socket of the system's behind a server.

/** Milliseconds: Node's timers take no longer ones. */
const LONGEST_TIMER = 2 ** 31 - 1;

export class Lifeline {
  readonly #timer: NodeJS.Timeout = setInterval(() => {}, LONGEST_TIMER);

  ref(): void {
    this.#timer.ref();
  }

  unref(): void {
    this.#timer.unref();
  }

  cut(): void {
    clearInterval(this.#timer);
  }
}
