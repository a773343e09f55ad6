// How many nodes are wanted, who waits for that number, and when the load asks for another.
import { MultiNodeError } from "../errors.js";
import type { ScaleRange } from "../options.js";
import { Deferred } from "../promises.js";
import type { Fleet } from "./fleet.js";
import { wantedNodes } from "./scale.js";

export class Sizing {
  readonly #fleet: Fleet;
  readonly #range: ScaleRange | undefined;
  #places: number;
  #changedAt: number;
  #waiting: Deferred<void> | undefined;

  /** @param range between how many nodes the number follows the load; `undefined`: it does not */
  constructor(fleet: Fleet, places: number, range: ScaleRange | undefined, now: number) {
    this.#fleet = fleet;
    this.#places = places;
    this.#range = range;
    this.#changedAt = now;
  }

  get places(): number {
    return this.#places;
  }

  get isComplete(): boolean {
    return this.#fleet.filledPlaces(this.#places) === this.#places;
  }

  /** Changes the number. Resolves when as many nodes serve; the fleet is the caller's to change. */
  resize(places: number, now: number): Promise<void> {
    this.#places = places;
    this.#changedAt = now;
    this.#waiting ??= new Deferred();
    return this.#waiting.promise;
  }

  /** To be called after each change of the fleet. */
  settle(): void {
    if (!this.isComplete) return;
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }

  /** Whoever waits is told that it will not come to that. */
  fail(error: Error = new MultiNodeError("MN_ERR_CLOSED", "the service ends")): void {
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }

  /** The number that the load asks for, where that is another one. */
  forLoad(now: number): number | undefined {
    if (this.#range === undefined) return undefined;
    const utilizations = this.#fleet.serving.flatMap(({ beat }) => beat?.utilization ?? []);
    const load = { wanted: this.#places, utilizations, sinceChange: now - this.#changedAt };
    const wanted = wantedNodes(this.#range, load);
    return wanted === this.#places ? undefined : wanted;
  }
}
