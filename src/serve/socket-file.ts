// The file of a Unix socket that the service listens on: whose it is, and its end.
import { lstatSync, unlinkSync } from "node:fs";
import type { SocketInfo } from "../protocol.js";

/** Which socket a path names now; `undefined` where there is none, or a file of another kind. */
export function identify(path: string): { dev: number; ino: number } | undefined {
  try {
    const stats = lstatSync(path);
    return stats.isSocket() ? { dev: stats.dev, ino: stats.ino } : undefined;
  } catch {
    return undefined;
  }
}

/** Removes the file of a held socket, unless another service has put its own there meanwhile. */
export function removeSocketFile({ address, file }: SocketInfo): void {
  if (typeof address !== "string" || file === undefined) return;
  const now = identify(address);
  if (now?.dev === file.dev && now.ino === file.ino) unlinkSync(address);
}
