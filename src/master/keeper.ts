// Starts nodes and moves them through their states: what the table of transitions asks for is carried out here.
import type { IdleLimit } from "../protocol.js";
import type { NodeExit } from "../role.js";
import { nameOf } from "./endings.js";
import type { Fleet, NodeRecord, Start } from "./fleet.js";
import type { NodeEffect, NodeEvent } from "./node-state.js";
import type { SupervisorMessage, SupervisorOptions, World } from "./supervisor-world.js";
import type { Timers } from "./timers.js";

/** What a node has beyond its drain time to be gone by itself, in milliseconds. */
const EXIT_GRACE = 1_000;
/** Why a program that listens is not ready, with waitReady. */
const NOT_SAID = 'it listens, but has not said process.send("ready")';
/** Milliseconds: Node's timers take no longer ones. */
const LONGEST_TIMER = 2 ** 31 - 1;

export type KeeperOptions = Pick<SupervisorOptions, "readyTimeout" | "waitReady" | "drainTimeout">;

/** What a step of one node means to the others. */
export interface KeeperEvents {
  /** Its process is about to be started. */
  onSpawn(node: NodeRecord): void;
  onReady(node: NodeRecord): void;
  /** It hangs: another may have its place. */
  onHung(node: NodeRecord): void;
  onGone(node: NodeRecord, exit: NodeExit): void;
}

export class Keeper {
  /** How long nodes that drain from now on may keep idle connections. */
  idleLimit: IdleLimit = null;
  readonly #options: KeeperOptions;
  readonly #fleet: Fleet;
  readonly #timers: Timers<SupervisorMessage>;
  readonly #world: World;
  readonly #events: KeeperEvents;

  constructor(
    options: KeeperOptions,
    { fleet, timers, world }: { fleet: Fleet; timers: Timers<SupervisorMessage>; world: World },
    events: KeeperEvents,
  ) {
    this.#options = options;
    this.#fleet = fleet;
    this.#timers = timers;
    this.#world = world;
    this.#events = events;
  }

  /** Starts a node, which has until `readyTimeout` to serve. */
  spawn(start: Omit<Start, "jitter">): void {
    const node = this.#fleet.add({ ...start, jitter: this.#world.random() }, this.#world.now());
    this.#events.onSpawn(node);
    this.#world.moved(node);
    this.#expect(node, this.#options.readyTimeout);
    this.#world.spawn(node.id, node.place);
  }

  /** @throws MultiNodeError MN_ERR_ILLEGAL_TRANSITION for an event that the node's state does not know */
  move(node: NodeRecord, event: NodeEvent): void {
    const before = node.state;
    const effects = this.#fleet.move(node, event, this.#world.now());
    if (node.state !== before) this.#world.moved(node);
    for (const effect of effects) this.#do(node, effect);
  }

  #do(node: NodeRecord, effect: NodeEffect): void {
    switch (effect) {
      case "announce-ready":
        this.#timers.clear(node.id);
        return this.#events.onReady(node);
      case "examine":
        this.#events.onHung(node);
        return this.#world.examine(node.id);
      case "send-drain":
        return this.#world.send(node.id, {
          type: "drain",
          timeout: this.#options.drainTimeout,
          idle: this.idleLimit,
        });
      case "expect-exit":
        return this.#expect(node, this.#options.drainTimeout + EXIT_GRACE);
      case "kill":
        return this.#kill(node);
      case "announce-exit":
        this.#timers.clear(node.id);
        if (node.exit !== undefined) this.#events.onGone(node, node.exit);
    }
  }

  #kill(node: NodeRecord): void {
    if (node.state === "draining") this.#world.log(`${nameOf(node)} is overdue to end: killed`);
    if (node.state === "spawning" && node.accepts && this.#options.waitReady) node.lastError ??= NOT_SAID;
    this.#world.kill(node.id, "process");
  }

  /** It serves, or it is gone, by then. */
  #expect(node: NodeRecord, ms: number): void {
    this.#timers.set(node.id, Math.min(ms, LONGEST_TIMER), { type: "overdue", id: node.id });
  }
}
