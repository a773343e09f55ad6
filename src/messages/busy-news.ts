// Tells the other processes how many calls this one has in progress, now and then.
import type { Link } from "./link.js";
import { FRAME_BUSY } from "./link-frames.js";
import type { Neighbours } from "./neighbours.js";

/** Milliseconds between two numbers: who calls counts its own calls at once, so that only those of others are late. */
const INTERVAL = 50;

export class BusyNews {
  readonly #neighbours: Neighbours;
  #timer: NodeJS.Timeout | undefined;
  #told = 0;

  constructor(neighbours: Neighbours) {
    this.#neighbours = neighbours;
  }

  /** There are so many now. */
  set(count: number): void {
    this.#neighbours.self.remote.busy = count;
    if (this.#timer === undefined) this.#timer = setTimeout(() => this.#tell(), INTERVAL).unref();
  }

  /** What the others were told already, for one that joins. */
  introduce(link: Link): void {
    if (this.#told > 0) link.sendNumbers(FRAME_BUSY, this.#told);
  }

  #tell(): void {
    this.#timer = undefined;
    const count = this.#neighbours.self.remote.busy;
    if (count === this.#told) return;
    this.#told = count;
    for (const link of this.#neighbours.others) link.sendNumbers(FRAME_BUSY, count);
  }
}
