// The file of a Unix socket that the service listens on: whose it is, whether anybody is behind it, its end.
import { closeSync, constants, existsSync, lstatSync, openSync, unlinkSync } from "node:fs";
import { connect } from "node:net";
import { basename, dirname, join } from "node:path";
import { debuglog } from "node:util";
import type { SocketInfo } from "../protocol.js";

const debug = debuglog("multi-node");

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

/**
 * Removes the file of a held socket, unless another service has put its own there meanwhile. Never throws: what cannot be
 * removed stays, as after a crash, and is no reason for an end that is not orderly.
 */
export function removeSocketFile({ address, file }: SocketInfo): void {
  if (typeof address !== "string" || file === undefined || identify(address) === undefined) return;
  const folder = openFolder(dirname(address));
  try {
    const path = folder === undefined ? address : join(folder.path, basename(address));
    const now = identify(path);
    if (now?.dev === file.dev && now.ino === file.ino) unlinkSync(path);
  } catch (error) {
    debug("the file of a socket stays: %s", (error as Error).message);
  } finally {
    if (folder !== undefined) closeSync(folder.fd);
  }
}

/**
 * A folder by a path that leads to it whatever is done to its name: another user who may rename a folder above could
 * otherwise put a different one there between a look and a removal. `undefined` where the system has no such paths, or the
 * folder cannot be read.
 */
function openFolder(name: string): { fd: number; path: string } | undefined {
  if (!existsSync("/proc/self/fd")) return undefined;
  try {
    const fd = openSync(name, constants.O_RDONLY | constants.O_DIRECTORY);
    return { fd, path: `/proc/self/fd/${fd}` };
  } catch {
    return undefined;
  }
}

/** The same, unless somebody still accepts there: another master may hold the same socket. */
export async function removeAbandonedFile(socket: SocketInfo): Promise<void> {
  if (typeof socket.address === "string" && (await refuses(socket.address))) removeSocketFile(socket);
}
