// The file of a Unix socket that the service listens on: whose it is, whether anybody is behind it, its end.
import { closeSync, constants, existsSync, lstatSync, openSync, unlinkSync } from "node:fs";
import { connect } from "node:net";
import { basename, dirname, join } from "node:path";
import { debuglog } from "node:util";
import type { SocketInfo } from "../protocol.js";

type SocketFile = NonNullable<SocketInfo["file"]>;

const debug = debuglog("multi-node");

/** Of Linux, which alone has such paths: a folder that may be entered but not read can be opened too. */
const O_PATH = 0o10000000;

/** Which socket a path names now; `undefined` where there is none, or a file of another kind. */
export function identify(path: string): SocketFile | undefined {
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

/** Whether a path names the socket of this file. */
export function isAt(path: string, file: SocketFile): boolean {
  const now = identify(path);
  return now?.dev === file.dev && now.ino === file.ino;
}

/** Whether the file of a held socket is where clients look for it. */
export function isInPlace({ address, file }: SocketInfo): boolean {
  return typeof address !== "string" || file === undefined || isAt(address, file);
}

/** The path of the second link to a socket's file: see socket-spare. */
export function spareOf(address: string, { ino }: SocketFile): string {
  return join(dirname(address), `.${basename(address)}.multi-node-${ino}`);
}

/**
 * Removes the file of a held socket and its spare, unless another service has put its own there meanwhile. Never throws:
 * what cannot be removed stays, as after a crash, and is no reason for an end that is not orderly.
 */
export function removeSocketFile({ address, file }: SocketInfo): void {
  if (typeof address !== "string" || file === undefined) return;
  for (const name of [address, spareOf(address, file)]) {
    if (!isAt(name, file)) continue;
    withinFolder(name, (path) => {
      if (isAt(path, file)) unlinkSync(path);
    });
  }
}

/** The same, unless somebody still accepts there: another master may hold the same socket. */
export async function removeAbandonedFile(socket: SocketInfo): Promise<void> {
  const { address, file } = socket;
  if (typeof address !== "string" || file === undefined) return;
  const path = isAt(address, file) ? address : spareOf(address, file);
  if (await refuses(path)) removeSocketFile(socket);
}

/** Acts on a file by a path that leads to its folder whatever is done to the folder's name. What fails is left as it is. */
export function withinFolder(name: string, action: (path: string) => void): void {
  const pinned = pin(name);
  try {
    if (pinned !== undefined) action(pinned.path);
  } catch (error) {
    debug("the file of a socket stays as it is: %s", (error as Error).message);
  } finally {
    pinned?.release();
  }
}

/** A path that leads to the folder that a file is in at the time of the call, until it is released. */
export interface Pinned {
  path: string;
  release(): void;
}

/**
 * Opens the folder of a file: another user who may rename a folder above could otherwise put a different one there between
 * a look and a change.
 * @returns `undefined` where the folder cannot be opened now: nothing is to be changed by its name then; where the system has
 * no paths to open folders, the name itself
 */
export function pin(name: string): Pinned | undefined {
  if (!existsSync("/proc/self/fd")) return { path: name, release: () => {} };
  try {
    const fd = openSync(dirname(name), O_PATH | constants.O_DIRECTORY);
    return { path: join(`/proc/self/fd/${fd}`, basename(name)), release: () => closeSync(fd) };
  } catch (error) {
    debug("the folder of a socket cannot be opened: %s", (error as Error).message);
    return undefined;
  }
}
