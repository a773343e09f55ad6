// A master in memory for the control socket: what it was told to do, and what it does when the test lets it.
import { EventEmitter } from "node:events";
import type { ControlEvent, Info, Progress } from "#src/control/commands.js";
import type { Governed } from "#src/control/governed.js";
import type { LogFeed, LogLine } from "#src/log-lines.js";
import { Deferred } from "#src/promises.js";
import type { Order, Tool } from "#src/protocol.js";
import { logLineOf } from "./log-line.js";

export const INFO: Info = {
  protocol: 1,
  version: "1.2.3",
  name: "shop",
  pid: 4711,
  uid: process.getuid?.() ?? 0,
  script: "/srv/shop/server.js",
  cwd: "/srv/shop",
  since: 1_790_000_000_000,
};

/** What every status of it begins with. */
const ABOUT = { name: INFO.name, pid: INFO.pid, script: INFO.script, cwd: INFO.cwd, since: INFO.since };

export class FakeGoverned implements Governed {
  readonly folder: string;
  readonly feed: FakeFeed = new FakeFeed();
  readonly orders: Order[] = [];
  readonly tools: [node: string, tool: Tool][] = [];
  readonly logged: string[] = [];
  /** What becomes of the orders that take their time: reload, resize, restart and tools. */
  done: Promise<unknown> = Promise.resolve();
  charge: Promise<void> = Promise.resolve();
  readonly stopped: Deferred<void> = new Deferred();
  ending: { succeeded(): void; ended(): Promise<void> } | undefined;
  readonly #news = new EventEmitter().setMaxListeners(0);

  constructor(folder: string = "/nowhere") {
    this.folder = folder;
  }

  get logs(): LogFeed {
    return this.feed;
  }

  get watchers(): number {
    return this.#news.listenerCount("news");
  }

  inCharge(): Promise<void> {
    return this.charge;
  }

  async order(order: Order): Promise<unknown> {
    this.orders.push(order);
    return order.type === "status" ? { ...ABOUT, nodes: [{ id: "node-1" }] } : this.done;
  }

  async tool(node: string, tool: Tool): Promise<unknown> {
    this.tools.push([node, tool]);
    return this.done;
  }

  stop(): Promise<void> {
    return this.stopped.promise;
  }

  watch(watcher: (progress: Progress) => void): () => void {
    this.#news.on("news", watcher);
    return () => void this.#news.off("news", watcher);
  }

  tell(progress: Progress): void {
    this.#news.emit("news", progress);
  }

  log(line: string): void {
    this.logged.push(line);
  }

  atEnd(ending: { succeeded(): void; ended(): Promise<void> }): void {
    this.ending = ending;
  }

  /** No node is left. */
  end(): Promise<void> {
    this.stopped.resolve();
    return this.ending?.ended() ?? Promise.resolve();
  }
}

export class FakeFeed implements LogFeed {
  readonly lines: LogLine[] = [];
  readonly followers: Set<(line: LogLine) => void> = new Set();

  recent(count: number, node?: string): LogLine[] {
    const fitting = this.lines.filter((line) => node === undefined || line.node === node);
    return count === 0 ? [] : fitting.slice(-count);
  }

  follow(listener: (line: LogLine) => void): () => void {
    this.followers.add(listener);
    return () => void this.followers.delete(listener);
  }

  write(node: string, text: string): void {
    const line = logLineOf({ time: this.lines.length, node, text });
    this.lines.push(line);
    for (const follower of this.followers) follower(line);
  }
}

/** The texts of all lines in some events, and how many lines are said to be left out. */
export function linesIn(events: readonly ControlEvent[]): { texts: string[]; skipped: number } {
  const texts = events.flatMap((event) => (event.type === "lines" ? event.lines.map(({ text }) => text) : []));
  const skipped = events.reduce((sum, event) => sum + (event.type === "skipped" ? event.lines : 0), 0);
  return { texts, skipped };
}
