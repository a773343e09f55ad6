// Pure: the table of nodes and of the places that they fill.
import type { Beat } from "../protocol.js";
import type { ExitReason, NodeExit } from "../role.js";
import { NodeNumbers } from "./node-numbers.js";
import { type NodeEvent, type NodeState, transition } from "./node-state.js";
import { afterEnd, type PlaceHistory } from "./restart.js";

export interface NodeRecord {
  readonly id: string;
  readonly place: number;
  readonly startedAt: number;
  /** How many reloads there were before it started. */
  readonly generation: number;
  /** The node that it is to replace once it serves. */
  readonly replaces: string | undefined;
  /** Between 0 and 1, drawn once: see health.ts. */
  readonly jitter: number;
  pid: number | undefined;
  state: NodeState;
  /** Whether its first port is open. */
  accepts: boolean;
  servingSince: number | undefined;
  lastBeatAt: number;
  beat: Beat | undefined;
  /** Whether it is to be replaced while it serves. */
  due: boolean;
  /** Milliseconds since the epoch before which it is not found due again: its successor has just failed. */
  notDueBefore: number;
  /** Why it ends, as far as that is our doing. */
  reason: ExitReason;
  /** The node that has a port which this one's program wants for itself. */
  blockedBy: string | undefined;
  /** What it said of itself before it ended, or wrote. */
  lastError: string | undefined;
  /** How it ended, once it has. */
  exit: NodeExit | undefined;
}

export interface Place extends PlaceHistory {
  restarts: number;
  lastExit: NodeExit | undefined;
}

export type Start = Pick<NodeRecord, "place" | "generation" | "replaces" | "jitter">;

/** A fleet has as many places as nodes are wanted; a place that lost its node is filled by the next one. */
export class Fleet {
  readonly #nodes = new Map<string, NodeRecord>();
  readonly #places = new Map<number, Place>();
  readonly #numbers: NodeNumbers;

  constructor(numbers: NodeNumbers = new NodeNumbers()) {
    this.#numbers = numbers;
  }

  /** A node under an id that was never used. */
  add(start: Start, now: number): NodeRecord {
    const node: NodeRecord = {
      ...start,
      id: `node-${this.#numbers.next()}`,
      startedAt: now,
      pid: undefined,
      state: "spawning",
      accepts: false,
      servingSince: undefined,
      lastBeatAt: now,
      beat: undefined,
      due: false,
      notDueBefore: 0,
      reason: "died",
      blockedBy: undefined,
      lastError: undefined,
      exit: undefined,
    };
    this.#nodes.set(node.id, node);
    return node;
  }

  get(id: string): NodeRecord | undefined {
    return this.#nodes.get(id);
  }

  all(): NodeRecord[] {
    return [...this.#nodes.values()];
  }

  get size(): number {
    return this.#nodes.size;
  }

  get serving(): NodeRecord[] {
    return this.all().filter((node) => node.state === "serving");
  }

  /** The nodes that are heard of regularly: those that serve, and of those that start or drain the ones that have accepted. */
  get beating(): NodeRecord[] {
    return this.all().filter(({ state, accepts, servingSince }) => {
      const hasAccepted = accepts || servingSince !== undefined;
      return hasAccepted && (state === "spawning" || state === "serving" || state === "draining");
    });
  }

  /** How many processes have been started and do not serve yet. */
  get starting(): number {
    let count = 0;
    for (const { state } of this.#nodes.values()) if (state === "spawning") count += 1;
    return count;
  }

  /** How many places wait for their first node to serve. */
  get firstStarts(): number {
    return this.all().filter(({ state, place }) => state === "spawning" && this.place(place).restarts === 0).length;
  }

  /** Whether a node serves in a place or is about to; one that drains or hangs leaves it free. */
  isFilled(place: number): boolean {
    for (const node of this.#nodes.values()) {
      if (node.place === place && (node.state === "spawning" || node.state === "serving")) return true;
    }
    return false;
  }

  /** How many of the places below `places` have a node that serves. */
  filledPlaces(places: number): number {
    return new Set(this.serving.filter(({ place }) => place < places).map(({ place }) => place)).size;
  }

  place(place: number): Place {
    return this.#places.get(place) ?? { diedYoung: 0, restarts: 0, lastExit: undefined };
  }

  /** Moves a node to its next state and returns what is to be done about it; an ended one leaves the table. */
  move(node: NodeRecord, event: NodeEvent, now: number): ReturnType<typeof transition>["effects"] {
    const step = transition(node.state, event);
    if (step.state === "serving") {
      node.servingSince = now;
      node.lastBeatAt = now;
    }
    node.reason = reasonAfter(node, event);
    if (event === "exit") this.#nodes.delete(node.id);
    node.state = step.state;
    return step.effects;
  }

  /**
   * Notes how a node of a place ended; an orderly end says nothing about the program.
   * @param minUptime milliseconds; a node that served for less died young
   */
  noteExit(node: NodeRecord, exit: NodeExit, now: number, minUptime: number): void {
    const before = this.place(node.place);
    if (exit.reason === "drained") {
      this.#places.set(node.place, { ...before, lastExit: exit });
      return;
    }
    const served = node.servingSince === undefined ? undefined : now - node.servingSince;
    this.#places.set(node.place, {
      ...afterEnd(before, { served }, minUptime),
      restarts: before.restarts + 1,
      lastExit: exit,
    });
  }
}

/** A node that drains of its own accord before it ever served has not ended in order: its start has failed. */
function reasonAfter({ state, reason }: NodeRecord, event: NodeEvent): ExitReason {
  if (event === "hang") return "hung";
  if (event === "overdue" && state === "spawning") return "not-ready";
  const inOrder = event === "drain" ? state !== "hung" : event === "draining" && state === "serving";
  return inOrder ? "drained" : reason;
}
