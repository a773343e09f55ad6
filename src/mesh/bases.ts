// The folders that private folders are made and looked for in: only where no other user can put something else in their place.
import { realpathSync, type Stats, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, isAbsolute } from "node:path";

/** A user that nodes run as. */
export interface Owner {
  uid: number;
  gid: number;
}

/** A folder as it is called, and what it really is, or why it is not used. */
export type Base = { name: string; path: string } | { name: string; refused: Refusal };

export interface Refusal {
  /** `unsafe`: others could replace what is in it. `closed`: it is not there, or the nodes' user cannot enter it. */
  type: "unsafe" | "closed";
  /** A clause about the base. */
  why: string;
}

const ROOT = 0;
const GROUP_OR_OTHERS_WRITE = 0o022;
const STICKY = 0o1000;
/** In the mode of a file: the owner's right to enter; shifted, the group's and the others'. */
const ENTER = 0o100;

/** The runtime folder first, as it is the user's own; then the temporary folder; then the shortest one there is. */
export function candidateBases(): string[] {
  const { XDG_RUNTIME_DIR } = process.env;
  return [...new Set([...(XDG_RUNTIME_DIR ? [XDG_RUNTIME_DIR] : []), tmpdir(), "/tmp"])];
}

/**
 * Looks at a base and at every folder above it: whoever owns one of them, or may write to it where it is not sticky, could
 * rename what is in it and put a folder of their own there.
 * @param nodes who has to get into it besides this user
 */
export function baseAt(name: string, nodes?: Owner): Base {
  if (!isAbsolute(name)) return { name, refused: { type: "unsafe", why: "it is no absolute path" } };
  try {
    // Symbolic links that lead to it may change later; what they lead to now is used.
    const path = realpathSync(name);
    const refused = refusalOf(path, nodes);
    return refused === undefined ? { name, path } : { name, refused };
  } catch (error) {
    return { name, refused: { type: "closed", why: (error as Error).message } };
  }
}

function refusalOf(folder: string, nodes: Owner | undefined): Refusal | undefined {
  // Windows has no such users.
  const own = process.getuid?.();
  if (own === undefined) return undefined;
  const stats = statSync(folder);
  const trusted = [ROOT, own, statSync("/").uid];
  if (!trusted.includes(stats.uid)) return unsafe(folder, `belongs to the user with the id ${stats.uid}`);
  if ((stats.mode & GROUP_OR_OTHERS_WRITE) !== 0 && (stats.mode & STICKY) === 0)
    return unsafe(folder, "can be written by other users and is not sticky");
  if (nodes !== undefined && !canEnter(stats, nodes))
    return { type: "closed", why: `the nodes' user cannot enter ${folder}` };
  const above = dirname(folder);
  return above === folder ? undefined : refusalOf(above, nodes);
}

function unsafe(folder: string, why: string): Refusal {
  return { type: "unsafe", why: `${folder} ${why}: its content could be replaced` };
}

function canEnter({ uid, gid, mode }: Stats, user: Owner): boolean {
  if (user.uid === ROOT || user.uid === uid) return user.uid === ROOT || (mode & ENTER) !== 0;
  return (mode & (user.gid === gid ? ENTER >> 3 : ENTER >> 6)) !== 0;
}
