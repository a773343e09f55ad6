// The regular look at the nodes: who is not well, leaving out the time in which the master heard nobody.
import type { Fleet } from "./fleet.js";
import { type Finding, findings, type HealthLimits, heardAt } from "./health.js";

/** Milliseconds between two looks. */
export const CHECKUP_MS = 1_000;

export class Checkup {
  readonly #fleet: Fleet;
  readonly #limits: HealthLimits;
  #lastAt: number;

  constructor(fleet: Fleet, limits: HealthLimits, now: number) {
    this.#fleet = fleet;
    this.#limits = limits;
    this.#lastAt = now;
  }

  /** The first look comes so long after this. */
  begin(now: number): void {
    this.#lastAt = now;
  }

  look(now: number): Finding[] {
    const ownPause = now - this.#lastAt - CHECKUP_MS;
    this.#lastAt = now;
    const nodes = this.#fleet.beating;
    for (const node of nodes) node.lastBeatAt = heardAt(node.lastBeatAt, now, ownPause);
    return findings(nodes, this.#limits, now);
  }
}
