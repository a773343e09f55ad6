// The private folder of one service's mesh: made by the master, swept when its master was killed.
import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, rmSync, statSync, unlinkSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { MultiNodeError } from "../errors.js";
import { pause } from "../promises.js";
import { endpoint, LONGEST_ENDPOINT, MASTER_ID } from "./endpoint.js";

const PREFIX = "multi-node-";
/** The socket of a node, as no other file in the folder is called. */
const NODE = /^node-\d+$/;
/** An empty folder is being filled just now, unless it is older than this. */
const UNFINISHED_MS = 60_000;
/** A socket refuses for a moment between its making and its listening: after this long, it is dead. */
const SECOND_KNOCK_MS = 100;

/**
 * Makes a folder that only this user, or the owner that nodes run as, can enter.
 * @throws MultiNodeError MN_ERR_MESH_FOLDER when no place is writable or short enough for a Unix socket's path.
 */
export function makeFolder(owner?: { uid: number; gid: number }): string {
  let cause: unknown;
  for (const base of candidateBases()) {
    const folder = join(base, `${PREFIX}${randomBytes(6).toString("hex")}`);
    if (Buffer.byteLength(endpoint(folder, "node-999999999")) > LONGEST_ENDPOINT) continue;
    try {
      mkdirSync(folder, { mode: 0o700 });
      // The mask of the process may have taken away what its own user needs.
      chmodSync(folder, 0o700);
      if (owner !== undefined) chownSync(folder, owner.uid, owner.gid);
      return folder;
    } catch (error) {
      cause = error;
    }
  }
  throw new MultiNodeError(
    "MN_ERR_MESH_FOLDER",
    `no folder for the sockets between the processes: none of ${candidateBases().join(", ")} is writable and short ` +
      "enough; set TMPDIR to one that is",
    cause,
  );
}

/** Removes a folder and all in it. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Removes the socket of a process that could not do so itself. */
export function removeEndpoint(folder: string, id: string): void {
  ignoreErrors(() => unlinkSync(endpoint(folder, id)));
}

/** Removes one node's socket from a folder whose master is gone, and with the last one the folder and all in it. */
export function leaveFolder(folder: string, id: string): void {
  for (const gone of [id, MASTER_ID]) removeEndpoint(folder, gone);
  if (!namesIn(folder).some((name) => NODE.test(name))) ignoreErrors(() => removeFolder(folder));
}

/** Every private folder of this user, also those that were made where it has a runtime folder and this process none. */
export function privateFolders(): string[] {
  const bases = [...candidateBases(), `/run/user/${process.getuid?.()}`];
  const folders = bases.flatMap((base) => ownFolders(base));
  // A base may have two names, such as /run/user and /var/run/user; a folder's name is never used twice.
  return [...new Map(folders.map((folder) => [basename(folder), folder])).values()];
}

/** Removes every folder of this user in which nobody lives: all of its sockets refuse connections. */
export async function sweepFolders(): Promise<void> {
  const folders = candidateBases().flatMap((base) => ownFolders(base));
  await Promise.all(
    folders.map(async (folder) => {
      if (await isAbandoned(folder)) ignoreErrors(() => removeFolder(folder));
    }),
  );
}

/** The runtime folder first, as it is the user's own; then the temporary folder; then the shortest one there is. */
function candidateBases(): string[] {
  const { XDG_RUNTIME_DIR } = process.env;
  return [...new Set([...(XDG_RUNTIME_DIR ? [XDG_RUNTIME_DIR] : []), tmpdir(), "/tmp"])];
}

function ownFolders(base: string): string[] {
  return namesIn(base)
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => join(base, name))
    .filter(isOwnFolder);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isOwnFolder(folder: string): boolean {
  try {
    const stats = lstatSync(folder);
    return stats.isDirectory() && stats.uid === process.getuid?.();
  } catch {
    return false;
  }
}

/** Asks the sockets, not the process table: a process id may be another container's, or used again. */
async function isAbandoned(folder: string): Promise<boolean> {
  const sockets = namesIn(folder)
    .map((id) => endpoint(folder, id))
    .filter(isSocket);
  if (sockets.length === 0) return isOlderThan(folder, UNFINISHED_MS);
  if (!(await allRefuse(sockets))) return false;
  await pause(SECOND_KNOCK_MS);
  return allRefuse(sockets);
}

function isSocket(path: string): boolean {
  try {
    return process.platform === "win32" || lstatSync(path).isSocket();
  } catch {
    return false;
  }
}

async function allRefuse(sockets: string[]): Promise<boolean> {
  const answers = await Promise.all(sockets.map(knock));
  return answers.every((answer) => answer === "ECONNREFUSED" || answer === "ENOENT");
}

function isOlderThan(folder: string, ms: number): boolean {
  try {
    return Date.now() - statSync(folder).mtimeMs > ms;
  } catch {
    return false;
  }
}

/** Whether somebody listens there: `connected`, or the code of the error. */
export function knock(path: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on("connect", () => {
      socket.destroy();
      resolve("connected");
    });
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "unknown"));
  });
}

function ignoreErrors(action: () => void): void {
  try {
    action();
  } catch {
    // Another process of the service was there first.
  }
}
