// Counts what arrives on one topic, until the empty value that ends a measurement.

import { now } from "./clock.mjs";

export class Inbox {
  #isEnd;
  #count = 0;
  #first = 0;
  #results = [];
  #waiting = [];

  constructor(isEnd) {
    this.#isEnd = isEnd;
  }

  take(value) {
    if (this.#isEnd(value)) return this.#finish();
    if (this.#count === 0) this.#first = now();
    this.#count += 1;
  }

  /** `{ count, first, last }` of the next measurement that ends, or of the one that has ended already. */
  result() {
    const result = this.#results.shift();
    if (result !== undefined) return result;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #finish() {
    const result = { count: this.#count, first: this.#first, last: now() };
    this.#count = 0;
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#results.push(result);
    else waiting(result);
  }
}
