// Nodes get successors: all of them in a rolling reload, single ones when they are due to be recycled.
import type { StartError } from "../errors.js";
import { Deferred } from "../promises.js";
import type { NodeExit, ReloadEvent } from "../role.js";
import { noSuchNode, reloadAbandoned, reloadFailed, renewalFailed } from "./endings.js";
import type { Fleet, NodeRecord } from "./fleet.js";
import { isReloaded, nextToReplace } from "./reload.js";

export interface RolloutOrders {
  /** A reload begins: a place that waits for its next node is not to wait any longer. */
  fill(): void;
  /** How many nodes may be started now. */
  room(): number;
  /** Starts the one that is to replace a node. */
  startSuccessor(node: NodeRecord): void;
  /** Calls back onProven after so many milliseconds, if the node serves until then. */
  prove(node: NodeRecord, ms: number): void;
  /** Takes a node out of service, in order. */
  drain(node: NodeRecord): void;
  tell(event: ReloadEvent): void;
}

/** Milliseconds before a node whose successor failed is found due again. */
export const RECYCLE_PAUSE = 60_000;

/** Milliseconds for which a successor serves beside the node that it replaces: new code may fail just after its start. */
export const PROBATION_MS = 250;

export class Rollout {
  readonly #fleet: Fleet;
  readonly #surge: number;
  readonly #orders: RolloutOrders;
  #generation = 0;
  #running: Deferred<void> | undefined;
  /** All that were asked for while one runs become one more. */
  #next: Deferred<void> | undefined;
  /** Single nodes that somebody wants to be replaced, by their id. */
  readonly #renewals = new Map<string, Deferred<void>>();

  constructor(fleet: Fleet, surge: number, orders: RolloutOrders) {
    this.#fleet = fleet;
    this.#surge = surge;
    this.#orders = orders;
  }

  /** How many reloads have begun: what a node that starts now belongs to. */
  get generation(): number {
    return this.#generation;
  }

  get isReloading(): boolean {
    return this.#running !== undefined;
  }

  reload(): Promise<void> {
    if (this.#running === undefined && this.#next === undefined) return this.#begin(new Deferred());
    this.#next ??= new Deferred();
    return this.#next.promise;
  }

  /**
   * Replaces one node that serves. Resolves when it is gone and its successor serves.
   * @throws ControlError MN_ERR_NO_SUCH_NODE, StartError MN_ERR_RELOAD_FAILED
   */
  renew(id: string): Promise<void> {
    const node = this.#fleet.get(id);
    if (node?.state !== "serving") return Promise.reject(noSuchNode(id, node?.state, this.#fleet.serving));
    const renewal = this.#renewals.get(id) ?? new Deferred();
    this.#renewals.set(id, renewal);
    node.due = true;
    this.advance();
    return renewal.promise;
  }

  /** A node has ended. */
  onGone({ id }: NodeRecord): void {
    this.#renewals.get(id)?.resolve();
    this.#renewals.delete(id);
  }

  /** Goes on as far as the fleet allows; to be called after each change. */
  advance(): void {
    const view = { nodes: this.#fleet.all(), target: this.isReloading ? this.#generation : 0, surge: this.#surge };
    for (const id of nextToReplace(view).slice(0, this.#orders.room())) {
      const node = this.#fleet.get(id);
      if (node !== undefined) this.#orders.startSuccessor(node);
    }
    if (this.isReloading && isReloaded({ ...view, nodes: this.#fleet.all() })) this.#finish();
  }

  /** The node that another is to replace, as long as it serves. */
  predecessor({ replaces }: NodeRecord): NodeRecord | undefined {
    const node = replaces === undefined ? undefined : this.#fleet.get(replaces);
    return node?.state === "serving" ? node : undefined;
  }

  /** A node serves: where it replaces another, it has to prove itself first. */
  onReady(node: NodeRecord): void {
    if (this.predecessor(node) !== undefined) this.#orders.prove(node, PROBATION_MS);
  }

  /** A node has served for a while: the one that it replaces goes, and the next may follow. */
  onProven(node: NodeRecord): void {
    const replaced = this.predecessor(node);
    if (replaced !== undefined) this.#orders.drain(replaced);
    this.advance();
  }

  /** A node did not come to serve, or not for long: a reload that started it is given up, a recycling put off. */
  onStartFailed(node: NodeRecord, exit: NodeExit, now: number): void {
    const kept = this.predecessor(node);
    if (kept !== undefined) {
      kept.due = false;
      kept.notDueBefore = now + RECYCLE_PAUSE;
      this.#renewals.get(kept.id)?.reject(renewalFailed(exit, node));
      this.#renewals.delete(kept.id);
    }
    if (this.isReloading && node.generation === this.#generation) this.#fail(reloadFailed(exit, node));
  }

  /** The service ends: nobody waits for a reload any more. */
  abandon(): void {
    for (const renewal of this.#renewals.values()) renewal.reject(reloadAbandoned());
    this.#renewals.clear();
    this.#next?.reject(reloadAbandoned());
    this.#next = undefined;
    this.#running?.reject(reloadAbandoned());
    this.#running = undefined;
  }

  #begin(reload: Deferred<void>): Promise<void> {
    this.#running = reload;
    this.#generation += 1;
    this.#orders.tell({ state: "started" });
    this.#orders.fill();
    this.advance();
    return reload.promise;
  }

  #finish(): void {
    const done = this.#running;
    this.#running = undefined;
    this.#orders.tell({ state: "done" });
    done?.resolve();
    this.#beginNext();
  }

  #fail(error: StartError): void {
    const failed = this.#running;
    this.#running = undefined;
    for (const node of this.#fleet.all()) {
      // One whose predecessor is gone is the only one in its place: it may stay.
      const isSpare = node.state === "spawning" || node.state === "serving";
      if (isSpare && this.predecessor(node) !== undefined) this.#orders.drain(node);
    }
    this.#orders.tell({ state: "failed", error });
    failed?.reject(error);
    this.#beginNext();
  }

  #beginNext(): void {
    const next = this.#next;
    if (next === undefined) return;
    this.#next = undefined;
    void this.#begin(next);
  }
}
