// A promise whose outcome a test looks at when it likes.

/** What was asked for, and what came of it as soon as something has. */
export class Asked {
  outcome: "waiting" | "done" | (Error & { code?: string }) = "waiting";
  readonly settled: Promise<void>;

  constructor(promise: Promise<unknown>) {
    this.settled = this.#watch(promise);
  }

  async #watch(promise: Promise<unknown>): Promise<void> {
    try {
      await promise;
      this.outcome = "done";
    } catch (error) {
      this.outcome = error as Error;
    }
  }
}
