// The one loop that owns the fleet: what happens comes in as messages, what is to be done goes out through the world.
import { StartError } from "../errors.js";
import { Roster } from "../mesh/roster.js";
import { MASTER_ID } from "../mesh/endpoint.js";
import type { Port } from "../options.js";
import type { SocketKey, ToMaster, ToNode } from "../protocol.js";
import type { NodeExit } from "../role.js";
import { Fleet, type NodeRecord } from "./fleet.js";
import type { NodeEffect, NodeEvent } from "./node-state.js";
import { FAILED_STARTS_LIMIT, isHopeless, restartDelay } from "./restart.js";

/** Everything that reaches the supervisor. */
export type SupervisorMessage =
  /** The sockets are bound: fill the places. */
  | { type: "start" }
  /** End every node in order; a second one changes nothing. */
  | { type: "stop" }
  /** End every node at once. */
  | { type: "kill" }
  | { type: "fill"; place: number }
  | { type: "started"; id: string; pid: number }
  | { type: "said"; id: string; message: ToMaster }
  | { type: "overdue"; id: string }
  | { type: "exited"; id: string; code: number | null; signal: NodeJS.Signals | null; lastError: string | undefined };

/** The outside, as the supervisor reaches it. */
export interface World {
  now(): number;
  /** Calls `tell` with the message after so many milliseconds; returns what takes that back. */
  later(ms: number, message: SupervisorMessage): () => void;
  /** Starts a process for a node; `started` and `exited` follow as messages, the second in any case. */
  spawn(id: string): void;
  send(id: string, message: ToNode): void;
  kill(id: string): void;
  /** Binds an address that a node asked for and sends it the socket. */
  bind(id: string, key: SocketKey, port: Port): void;
  log(line: string): void;
  /** One place or, with `all`, the last of them is filled by a serving node. */
  onReady(all: boolean): void;
  onExit(exit: NodeExit): void;
  /** A node wants the whole service to end. */
  onCloseRequest(): void;
  /** No node is left and none will come; with an error where that was not asked for. */
  onEnd(error: StartError | undefined): void;
}

export interface SupervisorOptions {
  places: number;
  restartChildren: boolean;
  /** Whether the master itself serves, so that the service lives without nodes. */
  masterServes: boolean;
  readyTimeout: number;
  drainTimeout: number;
  /** For messages: which program the nodes run. */
  program: string;
}

/** What a node has beyond its drain time to be gone by itself, in milliseconds. */
const EXIT_GRACE = 1_000;

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #world: World;
  readonly #fleet = new Fleet();
  readonly #roster = new Roster();
  /** Deadlines of nodes and back-offs of places, by what they wait for. */
  readonly #timers = new Map<string, () => void>();
  #state: "new" | "running" | "stopping" | "ended" = "new";
  #failedStarts = 0;
  #error: StartError | undefined;

  constructor(options: SupervisorOptions, world: World) {
    this.#options = options;
    this.#world = world;
    this.#roster.join(MASTER_ID);
  }

  tell(message: SupervisorMessage): void {
    switch (message.type) {
      case "start":
        return this.#start();
      case "stop":
        return this.#stop(undefined);
      case "kill":
        return this.#killAll();
      case "fill":
        return this.#fill(message.place);
      case "exited":
        return this.#onExited(message);
      default: {
        // What a node said before it ended may come behind the news of its end.
        const node = this.#fleet.get(message.id);
        if (node !== undefined) this.#onNode(node, message);
      }
    }
  }

  #start(): void {
    this.#state = "running";
    for (let place = 0; place < this.#options.places; place++) this.#fill(place);
  }

  #stop(error: StartError | undefined): void {
    if (this.#state === "stopping" || this.#state === "ended") return;
    this.#state = "stopping";
    this.#error = error;
    for (const cancel of this.#timers.values()) cancel();
    for (const node of this.#fleet.all()) this.#move(node, "drain");
    this.#endWhenEmpty();
  }

  #killAll(): void {
    this.#stop(undefined);
    for (const node of this.#fleet.all()) this.#world.kill(node.id);
  }

  #fill(place: number): void {
    if (this.#state !== "running" || this.#fleet.isFilled(place)) return;
    const node = this.#fleet.add(place, this.#world.now());
    this.#expect(node.id, this.#options.readyTimeout, { type: "overdue", id: node.id });
    this.#world.spawn(node.id);
  }

  #onNode(node: NodeRecord, message: Exclude<SupervisorMessage, { type: "exited" }>): void {
    if (message.type === "started") node.pid = message.pid;
    else if (message.type === "overdue") this.#move(node, "overdue");
    else if (message.type === "said") this.#onSaid(node, message.message);
  }

  #onSaid(node: NodeRecord, message: ToMaster): void {
    switch (message.type) {
      case "joined":
        return this.#world.send(node.id, { type: "welcome", peers: this.#roster.join(node.id) });
      case "bind":
        return this.#world.bind(node.id, message.key, message.port);
      case "ready":
        return this.#move(node, "ready");
      case "draining":
        this.#move(node, "draining");
        return this.#refill(node.place);
      case "failed":
        node.lastError = message.error;
        return;
      case "close":
        return this.#world.onCloseRequest();
    }
  }

  #onExited(message: Extract<SupervisorMessage, { type: "exited" }>): void {
    const node = this.#fleet.get(message.id);
    if (node === undefined) return;
    node.end = { code: message.code, signal: message.signal };
    node.lastError ??= message.lastError;
    const before = node.state;
    this.#cancel(node.id);
    for (const id of this.#roster.leave(node.id)) this.#world.send(id, { type: "left", id: node.id });
    this.#move(node, "exit");
    if (before === "spawning") this.#failedStarts += 1;
    if (this.#state === "running") this.#replace(node);
    this.#endWhenEmpty();
  }

  #replace(node: NodeRecord): void {
    const { restartChildren, masterServes } = this.#options;
    const serving = this.#fleet.serving + (masterServes ? 1 : 0);
    if (isHopeless(serving, this.#failedStarts)) return this.#stop(this.#startFailed(node));
    if (restartChildren) return this.#refill(node.place);
    if (this.#fleet.size === 0 && !masterServes) this.#stop(this.#lastNodeEnded(node));
  }

  #refill(place: number): void {
    if (!this.#options.restartChildren) return;
    const delay = restartDelay(this.#fleet.history(place));
    if (delay === 0) this.#fill(place);
    else this.#expect(`place ${place}`, delay, { type: "fill", place });
  }

  #move(node: NodeRecord, event: NodeEvent): void {
    for (const effect of this.#fleet.move(node, event, this.#world.now())) this.#do(node, effect);
  }

  #do(node: NodeRecord, effect: NodeEffect): void {
    const { drainTimeout } = this.#options;
    switch (effect) {
      case "send-drain":
        return this.#world.send(node.id, { type: "drain", timeout: drainTimeout });
      case "expect-exit":
        return this.#expect(node.id, drainTimeout + EXIT_GRACE, { type: "overdue", id: node.id });
      case "kill":
        this.#world.log(
          `${nameOf(node)} is overdue ${node.state === "draining" ? "to end" : "to serve"}: ended by SIGKILL`,
        );
        return this.#world.kill(node.id);
      case "announce-ready":
        this.#failedStarts = 0;
        this.#cancel(node.id);
        return this.#world.onReady(this.#fleet.serving === this.#options.places);
      case "announce-exit":
        return this.#announceExit(node);
    }
  }

  #announceExit(node: NodeRecord): void {
    const { id, lastError } = node;
    const { code, signal } = node.end ?? { code: null, signal: null };
    const uptime = this.#world.now() - node.startedAt;
    if (this.#state === "running") this.#world.log(`${nameOf(node)} ${howItEnded(node)} after ${uptime} ms`);
    this.#world.onExit({ id, pid: node.pid ?? 0, code, signal, uptime, lastError });
  }

  #endWhenEmpty(): void {
    if (this.#state !== "stopping" || this.#fleet.size > 0) return;
    this.#state = "ended";
    this.#world.onEnd(this.#error);
  }

  #expect(what: string, ms: number, message: SupervisorMessage): void {
    this.#cancel(what);
    this.#timers.set(what, this.#world.later(ms, message));
  }

  #cancel(what: string): void {
    this.#timers.get(what)?.();
    this.#timers.delete(what);
  }

  #startFailed(node: NodeRecord): StartError {
    return new StartError(
      "MN_ERR_START_FAILED",
      `no node of ${this.#options.program} serves: ${FAILED_STARTS_LIMIT} starts in a row failed, ` +
        `the last one ${howItEnded(node)} before it served`,
    );
  }

  #lastNodeEnded(node: NodeRecord): StartError {
    return new StartError(
      "MN_ERR_LAST_NODE",
      `the last node of ${this.#options.program} ${howItEnded(node)}, and restartChildren is false`,
    );
  }
}

function nameOf(node: NodeRecord): string {
  return `${node.id} (pid ${node.pid ?? "none"})`;
}

function howItEnded({ end, lastError }: NodeRecord): string {
  const way = end?.signal
    ? `was ended by ${end.signal}`
    : end?.code == null
      ? "could not be started"
      : `ended with code ${end.code}`;
  return lastError === undefined ? way : `${way} (${lastError})`;
}
