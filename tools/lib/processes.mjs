// Looks at running processes, to say what hung. Linux only: elsewhere the answer is an empty list.

import { readFileSync, readdirSync } from "node:fs";

/** proc(5): after the command's name in brackets come its state, its parent and its group. */
const PARENT = 1;
const GROUP = 2;

/** The members of a process group but its leader, each as "pid last-argument". */
export function membersOfGroup(group) {
  const members = allIds().filter((id) => Number(id) !== group && fieldOf(id, GROUP) === group);
  return members.map((id) => `${id} ${read(id, "cmdline").split("\0").at(-2)}`);
}

/** The processes that `pid` has started, and those that they have, each as `{ pid, command }`. */
export function descendantsOf(pid) {
  const children = allIds().filter((id) => fieldOf(id, PARENT) === pid);
  return children.flatMap((id) => [
    { pid: Number(id), command: read(id, "cmdline").replaceAll("\0", " ").trim() },
    ...descendantsOf(Number(id)),
  ]);
}

function allIds() {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

function fieldOf(id, field) {
  return Number(read(id, "stat").split(") ").at(-1).split(" ")[field]);
}

function read(id, file) {
  try {
    return readFileSync(`/proc/${id}/${file}`, "utf8");
  } catch {
    return "";
  }
}
