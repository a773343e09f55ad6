// The second link to the file of a Unix socket, with which a file that a program has removed is put back.
import { linkSync, lstatSync, readdirSync, renameSync, statSync, unlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import type { SocketInfo } from "../protocol.js";
import { identify, isAt, isInPlace, pin, refuses, removeSocketFile, spareOf, withinFolder } from "./socket-file.js";

type SocketFile = NonNullable<SocketInfo["file"]>;

const STICKY = 0o1000;

/** What has become of the file of a held socket: clients reach the service in the first two cases only. */
export type FileState = "in-place" | "restored" | "taken" | "lost";

/**
 * Makes a second link to the file of a socket: a program may remove the first before it listens, and the file of a bound
 * socket cannot be made anew. Where the file system has no such links, there is none.
 */
export function makeSpare(address: string, file: SocketFile): void {
  withinFolder(address, (path) => {
    const spare = spareOf(path, file);
    linkSync(path, spare);
    // Another user may own the folder, and have put another file there.
    if (!isAt(spare, file)) unlinkSync(spare);
  });
}

/** Puts the file of a held socket back where it was removed, in one step, unless another process accepts there. */
export async function restoreFile(socket: SocketInfo): Promise<FileState> {
  const { address, file } = socket;
  if (isInPlace(socket) || typeof address !== "string" || file === undefined) return "in-place";
  const pinned = pin(address);
  if (pinned === undefined) return "lost";
  try {
    const state = await restoreAt(pinned.path, file);
    return state === "taken" || isInPlace(socket) ? state : "lost";
  } finally {
    pinned.release();
  }
}

/** All that is looked at is in the folder in which it is changed. */
async function restoreAt(path: string, file: SocketFile): Promise<FileState> {
  const spare = spareOf(path, file);
  if (!isAt(spare, file)) return "lost";
  if (succeeds(() => linkSync(spare, path))) return "restored";
  if (!succeeds(() => lstatSync(path))) return "lost";
  if (identify(path) === undefined || !(await refuses(path)) || !mayReplace(path)) return "taken";
  return succeeds(() => replaceWith(spare, path)) ? "restored" : "lost";
}

/** In a sticky folder such as /tmp, files of other users stay, also where this user is root and could replace them. */
function mayReplace(path: string): boolean {
  try {
    return (statSync(dirname(path)).mode & STICKY) === 0 || lstatSync(path).uid === process.getuid?.();
  } catch {
    return false;
  }
}

/** Removes the spares of services that were killed. */
export async function removeOldSpares(key: string, address: string): Promise<void> {
  const folder = dirname(address);
  const prefix = spareOf(address, { dev: 0, ino: 0 }).slice(0, -1);
  for (const name of namesIn(folder)) {
    const spare = join(folder, name);
    const file = spare.startsWith(prefix) ? identify(spare) : undefined;
    if (file !== undefined && (await refuses(spare))) removeSocketFile({ key, address: spare, file });
  }
}

/** Clients find one file or the other at any time. */
function replaceWith(spare: string, path: string): void {
  const second = `${spare}~`;
  linkSync(spare, second);
  renameSync(second, path);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** What fails is left as it is: another user may change the folder meanwhile. */
function succeeds(action: () => void): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}
