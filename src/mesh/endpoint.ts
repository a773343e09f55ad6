// Where a process of the mesh is reached: the one place that knows Unix sockets from named pipes.
import { basename, join } from "node:path";

export const MASTER_ID = "master";

/** In the private folder of a service: the folder of what nodes make, their own where they run as another user. */
export const NODES_FOLDER = "nodes";

/** What nodes make: the sockets of the mesh, and those of REPLs. */
const MADE_BY_NODES = /^(node|repl)-/;

/** Bytes of a path that every Unix takes for a socket: `sun_path` holds 104 to 108, the closing zero counted. */
export const LONGEST_ENDPOINT = 103;

/** The path that a process listens on and that others connect to. */
export function endpoint(folder: string, id: string, platform: NodeJS.Platform = process.platform): string {
  if (platform === "win32") return `\\\\.\\pipe\\${basename(folder)}-${id}`;
  return MADE_BY_NODES.test(id) ? join(folder, NODES_FOLDER, id) : join(folder, id);
}
