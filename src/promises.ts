// What promises lack on every supported version of Node.

/** A promise with its two ends in hand. */
export class Deferred<Value> {
  readonly promise: Promise<Value>;
  resolve!: (value: Value | Promise<Value>) => void;
  reject!: (error: Error) => void;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Whoever waits hears of a rejection; nobody has to wait.
    this.promise.catch(() => {});
  }
}

/** Resolves when the code that runs now has run to its end, and what it left to promises and ticks too. */
export function afterThisTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Resolves after so many milliseconds, without keeping the process alive. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

/** Resolves when all promises in the list have, those added meanwhile included; rejects when one does. */
export async function allSettled(promises: readonly Promise<unknown>[]): Promise<void> {
  let waitedFor = -1;
  while (waitedFor !== promises.length) {
    waitedFor = promises.length;
    await Promise.all(promises);
  }
}
