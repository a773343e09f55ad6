// The file of a Unix socket that the service listens on: whose it is, whether anybody is behind it, its end.
import { lstatSync, unlinkSync } from "node:fs";
import { connect } from "node:net";
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

/** Whether nobody accepts at a path. */
export function refuses(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED"));
  });
}

/** Removes the file of a held socket, unless another service has put its own there meanwhile. */
export function removeSocketFile({ address, file }: SocketInfo): void {
  if (typeof address !== "string" || file === undefined) return;
  const now = identify(address);
  if (now?.dev === file.dev && now.ino === file.ino) unlinkSync(address);
}

/** The same, unless somebody still accepts there: another master may hold the same socket. */
export async function removeAbandonedFile(socket: SocketInfo): Promise<void> {
  if (typeof socket.address === "string" && (await refuses(socket.address))) removeSocketFile(socket);
}
