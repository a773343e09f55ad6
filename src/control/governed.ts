// What the control socket needs of a master, and no more.
import type { LogFeed } from "../log-lines.js";
import type { Order, Tool } from "../protocol.js";
import type { Progress } from "../role.js";

export interface Governed {
  /** The private folder that the socket belongs into. */
  readonly folder: string;
  readonly logs: LogFeed;
  /** Resolves when it is this master that is to be steered. */
  inCharge(): Promise<void>;
  /** Carries out what every process may want; rejects where that cannot be done. */
  order(order: Order): Promise<unknown>;
  /** Looks inside a node; rejects where there is none of that name, or where it fails. */
  tool(node: string, tool: Tool): Promise<unknown>;
  /** Begins the end. Resolves when no node is left. */
  stop(): Promise<void>;
  /** Calls with what becomes of nodes from now on; returns what ends that. */
  watch(watcher: (progress: Progress) => void): () => void;
  log(line: string): void;
  atEnd(ending: { succeeded(): void; ended(): Promise<void> }): void;
}
