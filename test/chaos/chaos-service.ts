// A service under test: what it runs, who serves in it, how it is loaded and hurt.
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import type { TestContext } from "node:test";
import type { ListenOptions } from "multi-node";
import type { Policy } from "../fixtures/balance-policies.js";
import { type Kind, loadOf } from "../helpers/clients/kinds.js";
import { eventually } from "../helpers/deadline.js";
import { portOf } from "../helpers/http.js";
import type { Load } from "../helpers/load.js";
import { Program, type Told } from "../helpers/program.js";
import { Release } from "./release.js";

/** What a scenario needs of a test: to be called at its end. */
export type Scope = Pick<TestContext, "after">;

/** What listen() is to get, with one of the policies that the fixture knows by name. */
type Options = Omit<ListenOptions, "balance"> & { balance: Policy };

/** Milliseconds in which the news of a death comes. */
const NEWS_MS = 500;

interface Exit {
  pid: number;
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface Node {
  pid: number;
  /** performance.now() when it was first seen to serve. */
  since: number;
}

export class ChaosService {
  readonly release: Release = new Release();
  readonly program: Program;
  readonly wanted: number;
  readonly #loads: Load[] = [];
  readonly #nodes = new Map<number, Node>();
  /** Those of which nothing was heard yet but that they drain. */
  readonly #leaving = new Set<number>();
  #heard = 0;
  #port = 0;

  static async start(scope: Scope, kind: Kind, options: Options): Promise<ChaosService> {
    const service = new ChaosService(scope, kind, { nodes: 2, ...options });
    service.#port = portOf(await service.program.first("ready", ({ id }) => id === "master"));
    const listening = setInterval(() => service.#listen(), 10);
    scope.after(() => clearInterval(listening));
    await service.isWhole();
    return service;
  }

  private constructor(scope: Scope, { server }: Kind, options: Options & { nodes: number }) {
    this.release.publish("serves");
    scope.after(() => this.release.remove());
    this.wanted = options.nodes;
    this.program = Program.start(scope as TestContext, this.release.program, {
      args: [JSON.stringify({ kind: server, ...options })],
    });
  }

  get port(): number {
    return this.#port;
  }

  /** The master that started last. */
  get master(): number {
    return this.program.all("ready").findLast(({ id }) => id === "master")?.pid ?? this.program.pid;
  }

  /** All processes that are a master, one that is about to be one included. */
  get masters(): number[] {
    const nodes = new Set(this.program.told.filter(({ id }) => id !== "master").map(({ pid }) => pid));
    return this.processes.filter((pid) => !nodes.has(pid));
  }

  /** All processes that run the program. */
  get processes(): number[] {
    return this.program.processes.filter((pid) => commandOf(pid).includes(this.release.program));
  }

  /** The nodes that serve, the oldest first. */
  get serving(): Node[] {
    this.#listen();
    return [...this.#nodes.values()];
  }

  load(kind: Kind): Load {
    const load = loadOf(kind, this.#port);
    this.#loads.push(load);
    load.start();
    return load;
  }

  /** Asks for a rolling reload and waits for its end. */
  async reload(): Promise<Told> {
    const ended = (): Told[] => this.program.all("reload").filter(({ state }) => state !== "started");
    const before = ended().length;
    signal(this.master, "SIGHUP");
    await this.program.until(() => ended().length > before, "the reload ends");
    return ended().at(-1) as Told;
  }

  /** Ends a process at once, so that what it has in flight is lost. */
  kill(pid: number): void {
    for (const load of this.#loads) load.ledger.died(pid);
    this.#nodes.delete(pid);
    signal(pid, "SIGKILL");
  }

  /** Resolves when it is told how that process has ended, and all nodes that are wanted serve. */
  async isReplaced(pid: number): Promise<void> {
    await this.program.first("exit", ({ exit }) => (exit as Exit).pid === pid);
    await this.program.until(() => this.serving.length === this.wanted, `${this.wanted} nodes serve`);
  }

  /** Resolves when all nodes that are wanted serve, no other process is left, and it is known how those that went ended. */
  async isWhole(): Promise<void> {
    await eventually(
      () => this.#isWhole(),
      () => `${this.wanted} nodes serve, and nothing else is left; there are ${JSON.stringify(this.serving)}`,
    );
  }

  #isWhole(): boolean {
    const serving = this.serving.map(({ pid }) => pid);
    const { processes, master } = this;
    const isThere = [master, ...serving].every((pid) => processes.includes(pid));
    return (
      isThere && serving.length === this.wanted && processes.length === this.wanted + 1 && this.#leaving.size === 0
    );
  }

  /** Ends the service in order: nothing of it is left. */
  async stop(): Promise<void> {
    signal(this.master, "SIGTERM");
    await this.program.ended();
    await this.program.leavesNothing();
    await this.isGone();
  }

  /** Resolves when no process is left and the port can be had by others. */
  async isGone(): Promise<void> {
    await eventually(
      () => this.program.processes.length === 0,
      () => `these end: ${this.program.processes.join(" ")}`,
    );
    await eventually(() => canBind(this.#port), `port ${this.#port} can be bound again`);
  }

  /** Takes in what the processes have told since. */
  #listen(): void {
    for (; this.#heard < this.program.told.length; this.#heard++) this.#take(this.program.told[this.#heard] as Told);
  }

  #take({ event, id, pid, ...details }: Told): void {
    if (event === "ready" && id !== "master") this.#nodes.set(pid, { pid, since: performance.now() });
    if (event === "drain" && this.#nodes.delete(pid)) this.#leaving.add(pid);
    if (event === "exit") this.#onExit(details["exit"] as Exit);
  }

  #onExit({ pid, code, signal: by }: Exit): void {
    this.#nodes.delete(pid);
    this.#leaving.delete(pid);
    if (code === 0 && by === null) return;
    for (const load of this.#loads) load.ledger.died(pid, NEWS_MS);
  }
}

/** Sends a signal to a process that may be gone. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

function canBind(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
