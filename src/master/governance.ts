// The master as far as those reach it who steer it from outside: see control/governed.ts.
import { basename } from "node:path";
import { ControlError } from "../errors.js";
import type { LogFeed } from "../log-lines.js";
import { endpoint } from "../mesh/endpoint.js";
import type { ServiceOptions } from "../options.js";
import { Deferred } from "../promises.js";
import type { Order, Tool } from "../protocol.js";
import type { Progress } from "../role.js";
import { handover } from "./inherited.js";
import type { Premises } from "./premises.js";

/** The name of a REPL's socket: see node/tools/repl-door.ts. */
const REPL = /^repl-[0-9a-f]{8}$/;

/** What is told to whoever steers. */
export interface Ending {
  /** Another master has taken over: it is to be steered from now on, and this one ends as soon as its nodes have. */
  succeeded(): void;
  /** No node is left; the master ends when this resolves. */
  ended(): Promise<void>;
}

/** What is steered. */
interface Master {
  readonly ready: Promise<void>;
  order(order: Order): Promise<unknown>;
  close(): Promise<void>;
  log(line: string): void;
}

export class Governance {
  readonly #master: Master;
  readonly #premises: Premises;
  readonly #exits: boolean;
  readonly #ended = new Deferred<void>();
  #ending: Ending | undefined;

  constructor(master: Master, premises: Premises, { signals }: Pick<ServiceOptions, "signals">) {
    this.#master = master;
    this.#premises = premises;
    this.#exits = signals;
  }

  /** The private folder that the control socket belongs into. */
  get folder(): string {
    return this.#premises.controlFolder;
  }

  get logs(): LogFeed {
    return this.#premises.output.feed;
  }

  /** Resolves when it is this master that is to be steered: one that is to replace another has to serve first. */
  async inCharge(): Promise<void> {
    if (handover !== undefined) await this.#master.ready;
  }

  order(order: Order): Promise<unknown> {
    return this.#master.order(order);
  }

  /** @throws ControlError MN_ERR_NO_SUCH_NODE, MN_ERR_TOOL_FAILED */
  async tool(node: string, tool: Tool): Promise<unknown> {
    const { children, toolbox } = this.#premises;
    const child = children.get(node);
    if (tool.name === "inspect") child?.hideInspector();
    if (child !== undefined) return this.#checked(node, tool, await toolbox.ask(node, tool));
    const there = [...children.keys()].join(", ") || "none";
    throw new ControlError("MN_ERR_NO_SUCH_NODE", `${node} is not there: a node is taken, of which there are ${there}`);
  }

  /** A node may run as another user: what it answers must not lead to a socket of this one's. */
  #checked(node: string, tool: Tool, answer: unknown): unknown {
    if (tool.name !== "repl") return answer;
    const { path } = Object(answer) as { path?: unknown };
    const name = typeof path === "string" ? basename(path) : "";
    if (REPL.test(name) && path === endpoint(this.#premises.folder, name)) return { path };
    throw new ControlError("MN_ERR_TOOL_FAILED", `${node} answers with a path that is none of its own`);
  }

  /** Ends the service as SIGTERM does. Resolves when no node is left, just before the process ends. */
  stop(): Promise<void> {
    const closed = this.#master.close();
    // A program that keeps the signals to itself decides itself when it ends.
    if (this.#exits) void closed.then(() => process.exit());
    return this.#ended.promise;
  }

  /** Calls with what becomes of nodes from now on; returns what ends that. */
  watch(watcher: (progress: Progress) => void): () => void {
    return this.#premises.news.watch(watcher);
  }

  log(line: string): void {
    this.#master.log(line);
  }

  /** Who steers wants to know of the end. */
  atEnd(ending: Ending): void {
    this.#ending = ending;
  }

  succeeded(): void {
    this.#ending?.succeeded();
  }

  async ended(): Promise<void> {
    this.#ended.resolve();
    await this.#ending?.ended();
  }
}
