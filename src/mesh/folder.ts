// The private folder of one service: made by the master, swept when its master was killed. The folder itself is the
// master's; what nodes make is in a folder in it, which is theirs. Where they run as another user, the master follows
// nothing and walks through nothing there: it removes names, and only empty folders.
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  opendirSync,
  readdirSync,
  rmdirSync,
  statSync,
  unlinkSync,
} from "node:fs";
import { connect } from "node:net";
import { basename, join } from "node:path";
import { MultiNodeError } from "../errors.js";
import { pause } from "../promises.js";
import { baseAt, candidateBases, type Owner } from "./bases.js";
import { endpoint, LONGEST_ENDPOINT, MASTER_ID, NODES_FOLDER } from "./endpoint.js";
import { hasRoom } from "./room.js";

const PREFIX = "multi-node-";
/** The socket of a node, as no other file in the folder is called. */
const NODE = /^node-\d+$/;
/** An empty folder is being filled just now, unless it is older than this. */
const UNFINISHED_MS = 60_000;
/** A socket refuses for a moment between its making and its listening: after this long, it is dead. */
const SECOND_KNOCK_MS = 100;
/** Names that are removed from a folder at most, and how often what has come meanwhile is removed too. */
const MOST_NAMES = 10_000;
const ROUNDS = 3;

export interface FolderOptions {
  /** Whom the folder of the nodes' sockets belongs to, where that is another user. */
  owner?: Owner | undefined;
  /** Told of a base that other users could replace what is in, and of one that is full. */
  log?: (line: string) => void;
}

/**
 * Makes a folder that only this user can enter; see admitNodes() for the nodes. Where all file systems are full, it is in the
 * first in which there is room for a folder at least.
 * @throws MultiNodeError MN_ERR_MESH_FOLDER when no place is writable, safe and short enough for a Unix socket's path.
 */
export function makeFolder({ owner, log = () => {} }: FolderOptions = {}): string {
  let cause: unknown;
  const full: string[] = [];
  for (const base of safeBases(owner, log)) {
    const folder = join(base, `${PREFIX}${randomBytes(6).toString("hex")}`);
    if (Buffer.byteLength(endpoint(folder, "node-999999999")) > LONGEST_ENDPOINT) continue;
    try {
      make(folder, owner);
      if (hasRoom(folder)) return chosen(folder, full);
      log(`the file system of the folder ${base}, which is for sockets, is full`);
      full.push(folder);
    } catch (error) {
      removeFolder(folder);
      cause = error;
    }
  }
  const [first, ...others] = full;
  if (first !== undefined) return chosen(first, others);
  throw noFolder(cause);
}

function safeBases(owner: Owner | undefined, log: (line: string) => void): string[] {
  return candidateBases().flatMap((name) => {
    const base = baseAt(name, owner);
    if ("path" in base) return [base.path];
    const { type, why } = base.refused;
    if (type === "unsafe") log(`the folder ${name} is not used for sockets, as ${why}`);
    return [];
  });
}

function chosen(folder: string, others: readonly string[]): string {
  for (const other of others) removeFolder(other);
  return folder;
}

function noFolder(cause: unknown): MultiNodeError {
  const why =
    `no folder for the sockets between the processes: none of ${candidateBases().join(", ")} is writable, safe from other ` +
    "users and short enough; set TMPDIR to one that is";
  return new MultiNodeError("MN_ERR_MESH_FOLDER", why, cause);
}

/** Lets the nodes' user to what is in the folder of a master, which has made all that it makes in it. */
export function admitNodes(folder: string): void {
  chmodSync(folder, 0o711);
}

function make(folder: string, owner: Owner | undefined): void {
  const nodes = join(folder, NODES_FOLDER);
  for (const each of [folder, nodes]) {
    mkdirSync(each, { mode: 0o700 });
    // The mask of the process may have taken away what its own user needs.
    chmodSync(each, 0o700);
  }
  if (owner !== undefined) chownSync(nodes, owner.uid, owner.gid);
}

/** Removes a folder and what the service has made in it. Does nothing where it is gone. */
export function removeFolder(folder: string): void {
  for (const each of [join(folder, NODES_FOLDER), folder]) removeShallow(each);
}

/** Another user may change the folder meanwhile: no name in it is followed, no folder in it is entered. */
function removeShallow(folder: string): void {
  for (let round = 1; round <= ROUNDS; round++) {
    for (const name of firstNamesIn(folder)) {
      const path = join(folder, name);
      if (!succeeds(() => unlinkSync(path))) succeeds(() => rmdirSync(path));
    }
    if (succeeds(() => rmdirSync(folder))) return;
  }
}

/** Removes the socket of a process that could not do so itself. */
export function removeEndpoint(folder: string, id: string): void {
  succeeds(() => unlinkSync(endpoint(folder, id)));
}

/** Removes one node's socket from a folder whose master is gone, and with the last one the folder and all in it. */
export function leaveFolder(folder: string, id: string): void {
  for (const gone of [id, MASTER_ID]) removeEndpoint(folder, gone);
  if (!namesIn(join(folder, NODES_FOLDER)).some((name) => NODE.test(name))) removeFolder(folder);
}

/** Every private folder of this user, also those that were made where it has a runtime folder and this process none. */
export function privateFolders(): string[] {
  const folders = [...candidateBases(), `/run/user/${process.getuid?.()}`].flatMap(ownFolders);
  // A base may have two names, such as /run/user and /var/run/user; a folder's name is never used twice.
  return [...new Map(folders.map((folder) => [basename(folder), folder])).values()];
}

/** Removes every folder of this user in which nobody lives: all of its sockets refuse connections. */
export async function sweepFolders(): Promise<void> {
  await Promise.all(
    candidateBases()
      .flatMap(ownFolders)
      .map(async (folder) => {
        if (await isAbandoned(folder)) removeFolder(folder);
      }),
  );
}

function ownFolders(name: string): string[] {
  const base = baseAt(name);
  if ("refused" in base) return [];
  return namesIn(base.path)
    .filter((entry) => entry.startsWith(PREFIX))
    .map((entry) => join(base.path, entry))
    .filter(isOwnFolder);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** As many as are removed at once: another user may have made any number. */
function firstNamesIn(folder: string): string[] {
  const names: string[] = [];
  succeeds(() => {
    const directory = opendirSync(folder);
    for (let entry = directory.readSync(); entry !== null && names.length < MOST_NAMES; entry = directory.readSync())
      names.push(entry.name);
    directory.closeSync();
  });
  return names;
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
  const sockets = socketsIn(folder);
  if (sockets.length === 0) return isOlderThan(folder, UNFINISHED_MS);
  if (!(await allRefuse(sockets))) return false;
  await pause(SECOND_KNOCK_MS);
  return allRefuse(sockets);
}

/** Those of nodes of another user are left out: that user could have put anything there. */
function socketsIn(folder: string): string[] {
  const nodes = join(folder, NODES_FOLDER);
  const ids = [...namesIn(folder), ...(isOwnFolder(nodes) ? namesIn(nodes) : [])];
  return ids.map((id) => endpoint(folder, id)).filter(isSocket);
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

/** What fails because another process of the service was there first is no error. */
function succeeds(action: () => void): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}
