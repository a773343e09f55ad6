// A node is gone: whoever counted on it learns of that, and it is decided what follows for its place.
import { durationText } from "../duration.js";
import type { NodeExit } from "../role.js";
import { describeEnd, nameOf, resizeFailed } from "./endings.js";
import type { Fleet, NodeRecord } from "./fleet.js";
import { type Consequence, Mortality, type MortalityOptions } from "./mortality.js";
import type { Rollout } from "./rollout.js";
import type { Sizing } from "./sizing.js";
import type { SupervisorOptions, World } from "./supervisor-world.js";

export class Departures {
  readonly #program: string;
  readonly #minUptime: number;
  readonly #fleet: Fleet;
  readonly #rollout: Rollout;
  readonly #sizing: Sizing;
  readonly #mortality: Mortality;
  readonly #world: Pick<World, "now" | "random" | "log" | "onExit">;
  /** Whether it was told that nodes cannot serve. */
  #blocked: "not told" | "told" = "not told";

  constructor(
    options: MortalityOptions & Pick<SupervisorOptions, "minUptime">,
    { fleet, rollout, sizing }: { fleet: Fleet; rollout: Rollout; sizing: Sizing },
    world: Pick<World, "now" | "random" | "log" | "onExit">,
  ) {
    this.#program = options.program;
    this.#minUptime = options.minUptime;
    this.#fleet = fleet;
    this.#rollout = rollout;
    this.#sizing = sizing;
    this.#mortality = new Mortality(options);
    this.#world = world;
  }

  /** A node serves: the program is not broken. */
  onReady(): void {
    this.#mortality.onReady();
  }

  /**
   * Takes note of a node that has left the table.
   * @param isNews whether it was not asked to end with all others
   * @returns what follows for its place; `undefined`: nothing, as the node that it was to replace serves there
   */
  take(node: NodeRecord, exit: NodeExit, isNews: boolean): Consequence | undefined {
    if (isNews && exit.reason !== "drained") this.#report(node, exit);
    const isSpare = this.#rollout.predecessor(node) !== undefined;
    const failed = (node.servingSince === undefined || isSpare) && exit.reason !== "drained";
    // The node that serves there has not been replaced.
    if (!(failed && isSpare)) this.#fleet.noteExit(node, exit, this.#world.now(), this.#minUptime);
    this.#world.onExit(exit);
    if (failed) this.#onStartFailed(node, exit, isSpare);
    if (failed && isSpare) return undefined;
    const consequence = this.#consequence(node, exit);
    if (consequence.type === "leave-empty" && this.#isMissed(node.place)) this.#failResize(exit);
    return consequence;
  }

  /** Nodes that cannot serve as another has their port are told of once: they are tried again as long as the service runs. */
  #report(node: NodeRecord, exit: NodeExit): void {
    if (isBlocked(node)) {
      if (this.#blocked === "told") return;
      this.#blocked = "told";
      this.#world.log(`${nameOf(exit)} does not serve: ${exit.lastError ?? ""}`);
    } else if (!this.#mortality.isWatchedStart) {
      this.#world.log(`${nameOf(exit)} ${describeEnd(exit)} after ${durationText(exit.uptime)}`);
    }
  }

  /** A successor that fails takes nothing away while the node that it was to replace serves on. */
  #onStartFailed(node: NodeRecord, exit: NodeExit, isSpare: boolean): void {
    this.#rollout.onStartFailed(node, exit, this.#world.now());
    if (isSpare) return;
    if (!isBlocked(node)) this.#mortality.onStartFailed(exit);
    this.#failResize(exit);
  }

  #consequence(node: NodeRecord, exit: NodeExit): Consequence {
    if (isBlocked(node)) return this.#mortality.whenBlocked(this.#world.random());
    const survivors = {
      serving: this.#fleet.serving.length,
      all: this.#fleet.size,
      firstStarts: this.#fleet.firstStarts,
      place: this.#fleet.place(node.place),
    };
    return this.#mortality.consequence(exit, survivors, this.#world.now(), this.#world.random());
  }

  #isMissed(place: number): boolean {
    return place < this.#sizing.places && !this.#fleet.isFilled(place);
  }

  #failResize(exit: NodeExit): void {
    this.#sizing.fail(resizeFailed(this.#program, exit));
  }
}

/** One that has served found what it needs. */
function isBlocked({ blockedBy, servingSince }: NodeRecord): boolean {
  return blockedBy !== undefined && servingSince === undefined;
}
