// The regular look at the nodes: who is not well, leaving out the time in which the master heard nobody.
import { afterCheckup, type Spread } from "../balance/spread.js";
import type { Fleet } from "./fleet.js";
import { type Finding, findings, type HealthLimits, heardAt } from "./health.js";

/** Milliseconds between two looks. */
export const CHECKUP_MS = 1_000;

export class Checkup {
  readonly #fleet: Fleet;
  readonly #limits: HealthLimits;
  readonly #onUneven: () => void;
  #lastAt: number;
  #spread: Spread = "even";

  /** @param onUneven called once, when some nodes have had far more connections than others for long */
  constructor(fleet: Fleet, limits: HealthLimits, now: number, onUneven: () => void = () => {}) {
    this.#fleet = fleet;
    this.#limits = limits;
    this.#lastAt = now;
    this.#onUneven = onUneven;
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
    this.#lookAtSpread(now);
    return findings(nodes, this.#limits, now);
  }

  #lookAtSpread(now: number): void {
    const connections = this.#fleet.serving.map(({ beat }) => beat?.connections ?? 0);
    this.#spread = afterCheckup(this.#spread, connections, now);
    if (this.#spread === "due") this.#onUneven();
  }
}
