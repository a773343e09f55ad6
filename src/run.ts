// The same service for a program that knows nothing of it: its own listen() calls are served from held sockets.
import { fileURLToPath } from "node:url";
import type { Nodes } from "./nodes.js";
import { checkRunOptions, type RunOptions } from "./run-options.js";
import { beginMaster } from "./this-service.js";

/** Beside this file, also in the bundle. */
const PRELOAD: string = fileURLToPath(new URL("./preload.cjs", import.meta.url));

/**
 * Runs a program in many processes that serve what it listens on. Returns at once, in this process alone: it becomes the
 * master, and the program runs in the nodes, as itself.
 *
 * @throws UsageError MN_ERR_OPTION, MN_ERR_ALREADY_LISTENING
 */
export function run(options: RunOptions): Nodes {
  return beginMaster(checkRunOptions(options, PRELOAD));
}
