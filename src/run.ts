// The same service for a program that knows nothing of it: its own listen() calls are served from held sockets.
import type { BalanceOptions } from "./balance-options.js";
import type { LogFormat } from "./log-lines.js";
import type { ListenOptions, PortOptions } from "./options.js";

/** What run() takes: the options of listen() but those of a port, as the program says itself where it listens. */
export interface RunOptions extends Omit<ListenOptions, keyof PortOptions | "masterListen" | "script">, BalanceOptions {
  /** The program, a path or a file: URL. */
  script: string | URL;
  /** How the master passes on what the nodes write. Default: "prefix". */
  output?: LogFormat;
  /** TCP ports that are left to Node, so that only one process can have each. Default: none. */
  exclusive?: readonly number[];
}
