// Where a process of the mesh is reached: the one place that knows Unix sockets from named pipes.
import { basename, join } from "node:path";

export const MASTER_ID = "master";

/** Bytes of a path that every Unix takes for a socket: `sun_path` holds 104 to 108, the closing zero counted. */
export const LONGEST_ENDPOINT = 103;

/** The path that a process listens on and that others connect to. */
export function endpoint(folder: string, id: string, platform: NodeJS.Platform = process.platform): string {
  return platform === "win32" ? `\\\\.\\pipe\\${basename(folder)}-${id}` : join(folder, id);
}
