// Pure: the table of nodes and of the places that they fill.
import { type NodeEvent, type NodeState, transition } from "./node-state.js";
import { afterEnd, type PlaceHistory } from "./restart.js";

export interface NodeRecord {
  readonly id: string;
  readonly place: number;
  readonly startedAt: number;
  pid: number | undefined;
  state: NodeState;
  servingSince: number | undefined;
  /** What it said of itself before it ended, or wrote. */
  lastError: string | undefined;
  /** How its process ended, known from then on. */
  end: { code: number | null; signal: NodeJS.Signals | null } | undefined;
}

/** A fleet has as many places as nodes are wanted; a place that lost its node is filled by the next one. */
export class Fleet {
  readonly #nodes = new Map<string, NodeRecord>();
  readonly #histories = new Map<number, PlaceHistory>();
  #lastNumber = 0;

  /** A node for a place, under an id that was never used. */
  add(place: number, now: number): NodeRecord {
    this.#lastNumber += 1;
    const node: NodeRecord = {
      id: `node-${this.#lastNumber}`,
      place,
      startedAt: now,
      pid: undefined,
      state: "spawning",
      servingSince: undefined,
      lastError: undefined,
      end: undefined,
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

  get serving(): number {
    return this.all().filter((node) => node.state === "serving").length;
  }

  /** Whether a node serves in a place or is about to; one that drains leaves it free. */
  isFilled(place: number): boolean {
    return this.all().some((node) => node.place === place && (node.state === "spawning" || node.state === "serving"));
  }

  history(place: number): PlaceHistory {
    return this.#histories.get(place) ?? { diedYoung: 0 };
  }

  /** Moves a node to its next state and returns what is to be done about it; an ended one leaves the table. */
  move(node: NodeRecord, event: NodeEvent, now: number): ReturnType<typeof transition>["effects"] {
    const step = transition(node.state, event);
    if (event === "exit") this.#end(node, now);
    if (step.state === "serving") node.servingSince = now;
    node.state = step.state;
    return step.effects;
  }

  #end(node: NodeRecord, now: number): void {
    this.#nodes.delete(node.id);
    if (node.state === "draining") return;
    const served = node.servingSince === undefined ? undefined : now - node.servingSince;
    this.#histories.set(node.place, afterEnd(this.history(node.place), { served }));
  }
}
