// Pure: what follows from the death of a node, given all deaths before it.
import type { StartError } from "../errors.js";
import type { RestartOptions } from "../restart-options.js";
import type { NodeExit } from "../role.js";
import { lastNodeEnded, startFailed, tooManyDeaths } from "./endings.js";
import { blockedDelay, countDeath, isHopeless, longestDelay, type PlaceHistory, restartDelay } from "./restart.js";

export interface MortalityOptions {
  restartChildren: boolean;
  restart: Required<RestartOptions>;
  masterServes: boolean;
  program: string;
  /**
   * Whether somebody waits in front of a screen for the first node: then one start that fails is enough as long as no node
   * has ever served, and no other is tried while the first ones of other places may yet succeed.
   */
  firstStart: "watched" | "unwatched";
}

/** The fleet after the death. */
export interface Survivors {
  serving: number;
  /** Processes of any state. */
  all: number;
  /** Nodes that start as the first of their place: nothing is known of them yet. */
  firstStarts: number;
  /** How the place fared whose node died. */
  place: PlaceHistory;
}

export type Consequence =
  | { type: "refill"; delay: number }
  | { type: "leave-empty" }
  | { type: "give-up"; error: StartError };

export class Mortality {
  readonly #options: MortalityOptions;
  #failedStarts = 0;
  #hasServed = false;
  #lastFailedStart: NodeExit | undefined;
  #deaths: readonly number[] = [];

  constructor(options: MortalityOptions) {
    this.#options = options;
  }

  /** A node serves: the program is not broken. */
  onReady(): void {
    this.#failedStarts = 0;
    this.#hasServed = true;
  }

  /** Whether the error that may end the service tells all there is to tell. */
  get isWatchedStart(): boolean {
    return this.#options.firstStart === "watched" && !this.#hasServed;
  }

  /** A node ended before it served. */
  onStartFailed(exit: NodeExit): void {
    this.#failedStarts += 1;
    this.#lastFailedStart = exit;
  }

  /** Another node has what this one needs, and serves: nothing is broken. */
  whenBlocked(random: number): Consequence {
    return this.#options.restartChildren ? { type: "refill", delay: blockedDelay(random) } : { type: "leave-empty" };
  }

  consequence(exit: NodeExit, survivors: Survivors, now: number, random: number): Consequence {
    const { restartChildren, restart, masterServes, program } = this.#options;
    const { serving, all, firstStarts, place } = survivors;
    const isFirst = this.isWatchedStart;
    if (isHopeless(serving + firstStarts + (masterServes ? 1 : 0), this.#failedStarts, isFirst ? 1 : undefined)) {
      return {
        type: "give-up",
        error: startFailed(program, this.#lastFailedStart ?? exit, isFirst ? 1 : this.#failedStarts),
      };
    }
    if (isFirst && restartChildren) return { type: "refill", delay: longestDelay(random) };
    const tooMany = exit.reason !== "drained" && this.#isOneTooMany(now);
    if (tooMany && restart.beyond === "give-up") {
      return { type: "give-up", error: tooManyDeaths(program, exit, this.#deaths.length, restart.period) };
    }
    if (restartChildren) return { type: "refill", delay: tooMany ? longestDelay(random) : restartDelay(place, random) };
    if (all === 0 && !masterServes) return { type: "give-up", error: lastNodeEnded(program, exit) };
    return { type: "leave-empty" };
  }
  #isOneTooMany(now: number): boolean {
    const { deaths, tooMany } = countDeath(this.#deaths, now, this.#options.restart);
    this.#deaths = deaths;
    return tooMany;
  }
}
