// How many nodes may be started now: each start holds up the event loop, and nodes that start share the CPUs.
import type { Fleet } from "./fleet.js";
import type { SupervisorMessage } from "./supervisor-world.js";
import type { Timers } from "./timers.js";

/** Processes that are started in one turn of the event loop: each takes some milliseconds of it. */
const MOST_IN_A_TURN = 4;

/** How many nodes may be starting at once; more than the CPUs can run would only make each other late. */
export function startsAtOnce(cpus: number): number {
  return Math.max(2 * MOST_IN_A_TURN, 2 * cpus);
}

export class Starts {
  readonly #fleet: Fleet;
  readonly #atOnce: number;
  readonly #timers: Timers<SupervisorMessage>;
  #inThisTurn = 0;

  constructor(fleet: Fleet, atOnce: number, timers: Timers<SupervisorMessage>) {
    this.#fleet = fleet;
    this.#atOnce = atOnce;
    this.#timers = timers;
  }

  /** How many more may be started now. */
  get room(): number {
    return Math.max(0, Math.min(MOST_IN_A_TURN - this.#inThisTurn, this.#atOnce - this.#fleet.starting));
  }

  /** A node is started; what had to wait for the next turn is told when that has come. */
  count(): void {
    if (this.#inThisTurn === 0) this.#timers.set("turn", 0, { type: "turn" });
    this.#inThisTurn += 1;
  }

  /** The next turn of the event loop has come. */
  beginTurn(): void {
    this.#inThisTurn = 0;
  }
}
