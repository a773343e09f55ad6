// Which processes a test has started, master and nodes alike: all carry its mark in their environment.
import { readdirSync, readFileSync } from "node:fs";

/** The variable that holds a test's mark. */
export const MARK = "MN_TEST_MARK";

/** The ids of all living processes with this mark; zombies count. */
export function markedProcesses(mark: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => read(`/proc/${pid}/environ`).split("\0").includes(`${MARK}=${mark}`))
    .map(Number);
}

/** The ids of the living children of a process, zombies among them. */
export function childrenOf(parent: number): { pid: number; state: string }[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => ({
      pid: Number(pid),
      fields: read(`/proc/${pid}/stat`)
        .replace(/^.*\) /, "")
        .split(" "),
    }))
    .filter(({ fields }) => fields[1] === String(parent))
    .map(({ pid, fields }) => ({ pid, state: fields[0] ?? "" }));
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
