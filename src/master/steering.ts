// What the signals of the operating system make the master do.
import type { Order } from "../protocol.js";
import type { SignalOrder } from "./signals.js";

/** The master, as far as signals reach. */
export interface Steered {
  /** How many processes are to serve. */
  readonly wanted: number;
  order(order: Order): Promise<unknown>;
  upgrade(): Promise<void>;
  close(): Promise<void>;
  killAll(): void;
  log(line: string): void;
}

export function steer(master: Steered, order: SignalOrder): void {
  switch (order.type) {
    case "stop":
      return void master.close().then(() => process.exit());
    case "kill":
      master.killAll();
      return process.exit(order.exitCode);
    case "reload":
      return attempt(master, master.order(order));
    case "resize":
      return attempt(master, master.order({ type: "resize", nodes: Math.max(1, master.wanted + order.by) }));
    case "upgrade":
      return attempt(master, master.upgrade());
  }
}

/** Nobody waits for what a signal has started: the log tells how it failed. */
function attempt(master: Steered, attempted: Promise<unknown>): void {
  attempted.catch((error: Error) => master.log(error.message));
}
