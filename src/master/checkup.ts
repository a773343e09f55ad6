// The regular look at the nodes: who is not well, leaving out the time in which the master heard nobody.
import { afterCheckup, type Spread } from "../balance/spread.js";
import type { Fleet, NodeRecord } from "./fleet.js";
import { type Finding, findings, type HealthLimits, heardAt } from "./health.js";
import { type Hints, LATE_MS } from "./hints.js";
import type { SupervisorOptions } from "./supervisor-world.js";

/** Milliseconds between two looks. */
export const CHECKUP_MS = 1_000;

export type CheckupOptions = HealthLimits & Pick<SupervisorOptions, "waitReady">;

export class Checkup {
  readonly #fleet: Fleet;
  readonly #limits: CheckupOptions;
  readonly #hints: Hints;
  #isLateTold = false;
  #lastAt: number;
  #spread: Spread = "even";

  constructor(fleet: Fleet, limits: CheckupOptions, now: number, hints: Hints) {
    this.#fleet = fleet;
    this.#limits = limits;
    this.#lastAt = now;
    this.#hints = hints;
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
    this.#lookAtStarts(now);
    return findings(nodes, this.#limits, now);
  }

  #lookAtSpread(now: number): void {
    const connections = this.#fleet.serving.map(({ beat }) => beat?.connections ?? 0);
    this.#spread = afterCheckup(this.#spread, connections, now);
    if (this.#spread === "due") this.#hints.onUneven();
  }

  /** With `waitReady` a node that listens may still not be ready. */
  #lookAtStarts(now: number): void {
    if (this.#isLateTold) return;
    const isLate = ({ state, accepts, startedAt }: NodeRecord): boolean =>
      state === "spawning" && (!accepts || this.#limits.waitReady) && now - startedAt >= LATE_MS;
    if (!this.#fleet.all().some(isLate)) return;
    this.#isLateTold = true;
    this.#hints.onLate();
  }
}
