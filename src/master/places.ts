// The places of the fleet, filled with nodes: a few at a time, and after a while where the last ones of a place died young.
import type { Fleet } from "./fleet.js";
import type { Keeper } from "./keeper.js";
import type { Rollout } from "./rollout.js";
import type { Sizing } from "./sizing.js";
import { Starts } from "./starts.js";
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
  readonly #starts: Starts;
  /** Places that are to be filled as soon as there is room for another start. */
  readonly #queue = new Set<number>();

  /** @param startsAtOnce how many nodes may be starting at once */
  constructor(parts: PlacesParts, startsAtOnce: number) {
    this.#parts = parts;
    this.#starts = new Starts(parts.fleet, startsAtOnce, parts.timers);
  }

  /** How many nodes may be started now. */
  get room(): number {
    return this.#starts.room;
  }

  /** The turn of the event loop in which nodes were started is over; what waited for that may be started. */
  beginTurn(): void {
    this.#starts.beginTurn();
  }

  fillAll(): void {
    for (let place = 0; place < this.#parts.sizing.places; place++) this.#queue.add(place);
    this.startNext();
  }

  /** Starts a node in a place, unless one serves there or is about to. */
  fill(place: number): void {
    this.#queue.add(place);
    this.startNext();
  }

  /** Starts as many of those that wait as there is room for, the lowest places first: nodes have served there before. */
  startNext(): void {
    const { sizing, fleet } = this.#parts;
    for (const place of [...this.#queue].sort((a, b) => a - b)) {
      if (this.room === 0) return;
      this.#queue.delete(place);
      if (place < sizing.places && !fleet.isFilled(place)) this.spawn(place, undefined);
    }
  }

  /** No place is filled any more. */
  abandon(): void {
    this.#queue.clear();
  }

  /** @param delay milliseconds */
  refill(place: number, delay: number): void {
    if (delay === 0) this.fill(place);
    else this.#parts.timers.set(`place ${place}`, delay, { type: "fill", place });
  }

  /** @param replaces the node that serves there until this one does */
  spawn(place: number, replaces: string | undefined): void {
    const { keeper, rollout } = this.#parts;
    this.#starts.count();
    keeper.spawn({ place, replaces, generation: rollout.generation });
  }

  /** Drains the nodes in places that are not wanted any more, and fills those that are. */
  resize(): void {
    const { sizing, fleet, keeper } = this.#parts;
    for (const node of fleet.all()) {
      if (node.place >= sizing.places && node.state !== "draining") keeper.move(node, "drain");
    }
    this.fillAll();
  }
}
