// What the signals of the operating system make the master do.
import { MOST_NODES } from "../limits.js";
import type { Order } from "../protocol.js";
import type { Status } from "../role.js";
import { stillEnding } from "./endings.js";
import type { SignalOrder } from "./signals.js";

/** Milliseconds for which an end needs no word. */
const SOON_MS = 2_000;

/** The master, as far as signals reach. */
export interface Steered {
  /** How many processes are to serve. */
  readonly wanted: number;
  order(order: Order): Promise<unknown>;
  status(): Promise<Status>;
  upgrade(): Promise<void>;
  close(): Promise<void>;
  killAll(): void;
  log(line: string): void;
}

export function steer(master: Steered, order: SignalOrder): void {
  switch (order.type) {
    case "stop":
      return void end(master);
    case "kill":
      master.killAll();
      return process.exit(order.exitCode);
    case "reload":
      return attempt(master, master.order(order));
    case "resize":
      return attempt(master, master.order({ type: "resize", nodes: within(master.wanted + order.by) }));
    case "upgrade":
      return attempt(master, master.upgrade());
  }
}

/** A signal beyond the last node, or the first, changes nothing. */
function within(nodes: number): number {
  return Math.min(MOST_NODES, Math.max(1, nodes));
}

async function end(master: Steered): Promise<void> {
  setTimeout(() => attempt(master, tellWhoIsLeft(master)), SOON_MS).unref();
  await master.close();
  process.exit();
}

async function tellWhoIsLeft(master: Steered): Promise<void> {
  const { nodes } = await master.status();
  if (nodes.length > 0) master.log(stillEnding(nodes));
}

/** Nobody waits for what a signal has started: the log tells how it failed. */
function attempt(master: Steered, attempted: Promise<unknown>): void {
  attempted.catch((error: Error) => master.log(error.message));
}
