// V8 hashes numbers and big integers without a secret, so a sender can choose keys of a Map or values of a Set that all
// lie in one bucket: each insertion is then a search through all before it. Only the time that it takes tells.

import { type Input, malformed } from "./input.js";

/** Tables of fewer entries cannot take long. */
const FEW = 1024;
/** Milliseconds that any table may take, and each byte of it besides: several times what the slowest values need. */
const FREE_MS = 1_000;
const MS_PER_BYTE = 0.000_5;

/** Milliseconds of work until now. */
export type Clock = () => number;

/** What watches a table of so many entries while it is read; `undefined` for a small one, or without a clock. */
export function watchInsertions(entries: number, input: Input, clock: Clock | undefined): InsertionWatch | undefined {
  return entries > FEW && clock !== undefined ? new InsertionWatch(input, clock) : undefined;
}

export class InsertionWatch {
  readonly #input: Input;
  readonly #clock: Clock;
  readonly #startsAt: number;
  readonly #startedAt: number;
  #count = 0;

  constructor(input: Input, clock: Clock) {
    this.#input = input;
    this.#clock = clock;
    this.#startsAt = input.at;
    this.#startedAt = clock();
  }

  /**
   * To be called after each insertion.
   * @throws Error where they have taken far too long
   */
  inserted(): void {
    if (++this.#count % FEW !== 0) return;
    const most = FREE_MS + MS_PER_BYTE * (this.#input.at - this.#startsAt);
    if (this.#clock() - this.#startedAt > most) throw malformed("its Map or Set has keys that collide");
  }
}
