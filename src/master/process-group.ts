// A process group that its leader has left behind: who is in it, known for sure, and told to end.
import { readdirSync, readFileSync } from "node:fs";

/** A process by its id and its start, so that another one which got the same id counts as another. */
type Identity = string;

/**
 * The group of a node that led a session of its own and has ended. The system gives its number to no other process while
 * the group or the session has members; it may once both are empty. So a group counts as the same one as before only
 * while at least one of the processes that were in it at the last look is still there.
 *
 * Processes that have made a session or a group of their own are not in it.
 */
export class ProcessGroup {
  readonly id: number;
  #members: ReadonlySet<Identity> | undefined;

  /** @param id that of the leader, which has been waited for: a process of this id is another one, and so is its group */
  constructor(id: number) {
    this.id = id;
    this.#members = membersOf(id);
  }

  /** Whether it has members still. To be asked often: what ends and is followed by others in between is not known again. */
  isThere(): boolean {
    const before = this.#members;
    // Where there is no proc(5), that the group has been there at each look has to do.
    if (before === undefined) return exists(this.id);
    if (before.size === 0) return false;
    const now = membersOf(this.id) ?? new Set();
    const isSame = [...now].some((member) => before.has(member));
    this.#members = isSame ? now : new Set();
    return isSame;
  }

  signal(signal: "SIGTERM" | "SIGKILL"): void {
    try {
      if (this.isThere()) process.kill(-this.id, signal);
    } catch {
      // It has ended meanwhile, or belongs to another user by now.
    }
  }
}

/** Those that are in the group and in the session of this number; `undefined` where proc(5) does not tell. */
function membersOf(id: number): ReadonlySet<Identity> | undefined {
  if (!exists(id)) return new Set();
  if (statOf("self") === undefined) return undefined;
  // The system gives the id out again only once the old group is empty.
  if (statOf(String(id)) !== undefined) return new Set();
  const found = new Set<Identity>();
  for (const pid of readdirSync("/proc")) {
    const fields = /^\d+$/.test(pid) ? statOf(pid) : undefined;
    if (fields === undefined) continue;
    const [state, , group, session] = fields;
    const lives = state !== "Z" && state !== "X";
    if (lives && group === String(id) && session === group) found.add(`${pid}:${fields[19]}`);
  }
  return found;
}

function exists(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The fields of a process from the third on, its state; the name before may hold anything. */
function statOf(pid: string): string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, "latin1")
      .replace(/^.*\) /s, "")
      .split(" ");
  } catch {
    return undefined;
  }
}
