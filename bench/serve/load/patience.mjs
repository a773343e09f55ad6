// Gives up what takes too long. One timer for all requests: one for each would cost more than the request.

const LONGEST_WAIT_MS = 5000;
const CHECK_EVERY_MS = 250;

export class Patience {
  #waiting = new Map();
  #onIdle;
  #timer = setInterval(() => this.#check(), CHECK_EVERY_MS);

  add(connection) {
    this.#waiting.set(connection, performance.now());
  }

  remove(connection) {
    this.#waiting.delete(connection);
    if (this.#waiting.size === 0) this.#onIdle?.();
  }

  /** Resolves when nothing is waited for any more. */
  async end() {
    if (this.#waiting.size > 0) {
      await new Promise((resolve) => {
        this.#onIdle = resolve;
      });
    }
    clearInterval(this.#timer);
  }

  #check() {
    const oldest = performance.now() - LONGEST_WAIT_MS;
    for (const [connection, since] of this.#waiting) {
      if (since < oldest) connection.giveUp();
    }
  }
}
