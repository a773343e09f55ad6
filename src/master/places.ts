// The places of the fleet, filled with nodes: at once, or after a while where the last ones of a place died young.
import type { Fleet } from "./fleet.js";
import type { Keeper } from "./keeper.js";
import type { Rollout } from "./rollout.js";
import type { Sizing } from "./sizing.js";
import type { SupervisorMessage } from "./supervisor-world.js";
import type { Timers } from "./timers.js";

export interface PlacesParts {
  fleet: Fleet;
  sizing: Sizing;
  rollout: Rollout;
  keeper: Keeper;
  timers: Timers<SupervisorMessage>;
}

export class Places {
  readonly #parts: PlacesParts;

  constructor(parts: PlacesParts) {
    this.#parts = parts;
  }

  fillAll(): void {
    for (let place = 0; place < this.#parts.sizing.places; place++) this.fill(place);
  }

  /** Starts a node in a place, unless one serves there or is about to. */
  fill(place: number): void {
    const { sizing, fleet } = this.#parts;
    if (place < sizing.places && !fleet.isFilled(place)) this.spawn(place, undefined);
  }

  /** @param delay milliseconds */
  refill(place: number, delay: number): void {
    if (delay === 0) this.fill(place);
    else this.#parts.timers.set(`place ${place}`, delay, { type: "fill", place });
  }

  /** @param replaces the node that serves there until this one does */
  spawn(place: number, replaces: string | undefined): void {
    const { keeper, rollout } = this.#parts;
    keeper.spawn({ place, replaces, generation: rollout.generation });
  }
}
