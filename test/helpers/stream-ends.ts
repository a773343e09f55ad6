// The ends that a process in memory has of its streams to others.
import type { PairEnd } from "./duplex-pair.js";

export class StreamEnds {
  readonly #owner: string;
  readonly #ends = new Map<string, PairEnd>();

  constructor(owner: string) {
    this.#owner = owner;
  }

  add(id: string, end: PairEnd): void {
    this.#ends.set(id, end);
  }

  to(id: string): PairEnd {
    const end = this.#ends.get(id);
    if (end === undefined) throw new Error(`${this.#owner} has no stream to ${id}`);
    return end;
  }

  /** As if the owner had been killed. */
  destroy(): void {
    for (const end of this.#ends.values()) end.destroy();
  }
}
