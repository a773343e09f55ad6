// A map whose keys are numbers of a peer's choice. V8 hashes numbers without a secret, so a peer could choose them so
// that all lie in one bucket; with a secret of this process between, it cannot.
import { randomInt } from "node:crypto";

const MOST_UINT32: number = 2 ** 32;
const SECRET: number = randomInt(MOST_UINT32);
/** Odd, so that no two numbers become one. */
const FACTOR: number = 2 * randomInt(MOST_UINT32 / 2) + 1;

export class NumberMap<Value> {
  readonly #values = new Map<number, Value>();

  get size(): number {
    return this.#values.size;
  }

  has(number: number): boolean {
    return this.#values.has(scrambled(number));
  }

  get(number: number): Value | undefined {
    return this.#values.get(scrambled(number));
  }

  set(number: number, value: Value): void {
    this.#values.set(scrambled(number), value);
  }

  delete(number: number): void {
    this.#values.delete(scrambled(number));
  }

  values(): IterableIterator<Value> {
    return this.#values.values();
  }

  clear(): void {
    this.#values.clear();
  }
}

function scrambled(number: number): number {
  return Math.imul(number ^ SECRET, FACTOR);
}
