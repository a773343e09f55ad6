// The supervisor's outside as a test sees it: a clock that stands still, processes that are names in a list.
import type { StartError } from "#src/errors.js";
import type { Port } from "#src/port-options.js";
import { Supervisor } from "#src/master/supervisor.js";
import type { SupervisorMessage, SupervisorOptions, World } from "#src/master/supervisor-world.js";
import type { Beat, Order, SocketKey, ToSupervisor, ToNode } from "#src/protocol.js";
import type { NodeExit, ReloadEvent, Status } from "#src/role.js";
import { Asked } from "./asked.js";
import { beatOf } from "./beat.js";

interface Timer {
  due: number;
  ms: number;
  message: SupervisorMessage;
}

/** How a node of the fake world ends, as far as it matters. */
export interface FakeEnd {
  code?: number | null;
  signal?: NodeJS.Signals;
  lastError?: string;
}

export const OPTIONS: SupervisorOptions = {
  places: 2,
  restartChildren: true,
  restart: { intensity: 0, period: 60_000, beyond: "back-off" },
  masterServes: false,
  firstStart: "unwatched",
  readyTimeout: 30_000,
  waitReady: false,
  minUptime: 1_000,
  drainTimeout: 25_000,
  surge: 1,
  startsAtOnce: 8,
  hangTimeout: 0,
  maxMemory: 0,
  maxLifetime: 0,
  maxRequests: 0,
  scale: undefined,
  about: { name: "program", script: "/srv/program.js", cwd: "/srv", pid: 1_000, since: 900_000 },
  program: "/srv/program.js",
};

const BEAT: Beat = beatOf({ rss: 50_000_000, served: 0, connections: 0, utilization: 0.5 });

export class FakeWorld implements World {
  readonly supervisor: Supervisor;
  /** Whether a successor has to prove itself, or counts as proven as soon as it serves. */
  probation: "none" | "real" = "none";
  readonly timers: Set<Timer> = new Set();
  /** The ids of all nodes that were ever started, in order. */
  readonly spawned: string[] = [];
  /** Those of them whose end was not told yet. */
  readonly living: Set<string> = new Set();
  readonly killed: string[] = [];
  /** Those that were to be asked where they hang. */
  readonly examined: string[] = [];
  readonly sent: { id: string; message: ToNode }[] = [];
  readonly bound: { id: string; key: SocketKey; port: Port }[] = [];
  readonly logged: string[] = [];
  readonly readies: boolean[] = [];
  readonly exits: NodeExit[] = [];
  readonly reloads: ReloadEvent[] = [];
  readonly ends: (StartError | undefined)[] = [];
  /** The states that nodes came to, and what they were sent, in order. */
  readonly history: string[] = [];
  /** Which nodes have ports for themselves. */
  readonly owners: Map<number, string> = new Map();
  closeRequests = 0;
  /** What chance gives: 0 is the longest delay, and the latest end of a lifetime. */
  chance = 0;
  #clock = 1_000_000;

  constructor(options: Partial<SupervisorOptions> = {}) {
    this.supervisor = new Supervisor({ ...OPTIONS, ...options }, this);
  }

  moved({ id, state }: { id: string; state: string }): void {
    this.history.push(`${id} is ${state}`);
  }

  accepted(): undefined {}

  ownerOf({ port }: { port: number }): string | undefined {
    return this.owners.get(port);
  }

  addresses(): Status["addresses"] {
    return [];
  }

  now(): number {
    return this.#clock;
  }

  random(): number {
    return this.chance;
  }

  later(ms: number, message: SupervisorMessage): () => void {
    if (message.type === "proven" && this.probation === "none") {
      this.supervisor.tell(message);
      return () => {};
    }
    const timer = { due: this.#clock + ms, ms, message };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  spawn(id: string): void {
    this.spawned.push(id);
    this.living.add(id);
    this.supervisor.tell({ type: "started", id, pid: this.pidOf(id) });
  }

  send(id: string, message: ToNode): void {
    this.sent.push({ id, message });
    this.history.push(`${message.type} to ${id}`);
  }

  kill(id: string): void {
    this.killed.push(id);
  }

  examine(id: string): void {
    this.examined.push(id);
  }

  bind(id: string, key: SocketKey, port: Port): void {
    this.bound.push({ id, key, port });
  }

  log(line: string): void {
    this.logged.push(line);
  }

  onReady(all: boolean): void {
    this.readies.push(all);
  }

  onExit(exit: NodeExit): void {
    this.exits.push(exit);
  }

  onReload(event: ReloadEvent): void {
    this.reloads.push(event);
  }

  onCloseRequest(): void {
    this.closeRequests += 1;
  }

  onEnd(error: StartError | undefined): void {
    this.ends.push(error);
  }

  /** Fills all places. */
  start(): this {
    this.#beginTurn();
    this.supervisor.tell({ type: "start" });
    return this;
  }

  stop(): void {
    this.supervisor.tell({ type: "stop", idle: null });
  }

  /** A node's words, as they arrive at the master. */
  say(id: string, ...messages: (ToSupervisor | ToSupervisor["type"])[]): void {
    for (const message of messages) {
      this.#beginTurn();
      this.supervisor.tell({
        type: "said",
        id,
        message: typeof message === "string" ? ({ type: message } as ToSupervisor) : message,
      });
    }
  }

  /** A node's event loop turns, and it fares as told. */
  beat(id: string, beat: Partial<Beat> = {}): void {
    this.say(id, { type: "beat", beat: { ...BEAT, ...beat } });
  }

  /** It is known where a node hangs, or known that this cannot be found out. */
  tellExamined(id: string, stack: string | undefined): void {
    this.supervisor.tell({ type: "examined", id, stack });
  }

  /** Somebody in the master wants something; what came of it is in the hands of the test. */
  order(order: Order): Asked {
    this.#beginTurn();
    return new Asked(this.supervisor.order(order));
  }

  status(): Promise<Status> {
    return this.supervisor.order({ type: "status" }) as Promise<Status>;
  }

  /** A node's process ends. */
  exit(id: string, { signal, code = signal === undefined ? 0 : null, lastError }: FakeEnd = {}): void {
    this.#beginTurn();
    this.living.delete(id);
    const how = { code, signal: signal ?? null, lastError };
    this.supervisor.tell({ type: "exited", id, ...how });
  }

  /** Lets time pass; what falls due meanwhile is told at its time. */
  pass(ms: number): void {
    const end = this.#clock + ms;
    for (let timer = this.#next(end); timer !== undefined; timer = this.#next(end)) {
      this.timers.delete(timer);
      this.#clock = Math.max(this.#clock, timer.due);
      this.supervisor.tell(timer.message);
    }
    this.#clock = end;
  }

  /** The clock goes on while the master stands still: what fell due meanwhile is told late, at the new time. */
  standStill(ms: number): void {
    this.#clock += ms;
    this.pass(0);
  }

  /** Milliseconds of the timers that wait with messages of one kind. */
  waiting(type: SupervisorMessage["type"]): number[] {
    return [...this.timers].filter(({ message }) => message.type === type).map(({ ms }) => ms);
  }

  /** All timers but those of the regular look at the nodes and of the next turn of the event loop. */
  get deadlines(): SupervisorMessage[] {
    return [...this.timers].map(({ message }) => message).filter(({ type }) => type !== "checkup" && type !== "turn");
  }

  /** Everything sent so far to a node, the kind of each message. */
  heard(id: string): string[] {
    return this.sent.filter((sent) => sent.id === id).map(({ message }) => message.type);
  }

  pidOf(id: string): number {
    return 1_000 + Number(id.replace("node-", ""));
  }

  /** What is told from outside comes in a turn of its own. */
  #beginTurn(): void {
    for (const timer of this.timers) {
      if (timer.message.type !== "turn") continue;
      this.timers.delete(timer);
      this.supervisor.tell(timer.message);
    }
  }

  #next(end: number): Timer | undefined {
    const due = [...this.timers].filter((timer) => timer.due <= end);
    return due.sort((a, b) => a.due - b.due)[0];
  }
}

/** A service all of whose nodes serve. */
export function serving(places: number, options: Partial<SupervisorOptions> = {}): FakeWorld {
  const world = new FakeWorld({ ...options, places }).start();
  for (const id of world.spawned) world.say(id, "ready");
  return world;
}
