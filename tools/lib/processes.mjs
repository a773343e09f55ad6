// Looks at running processes, to say what hung. Linux only: elsewhere the answer is an empty list.

import { readFileSync, readdirSync } from "node:fs";

/** The members of a process group but its leader, each as "pid last-argument". */
export function membersOfGroup(group) {
  const members = allIds().filter((id) => Number(id) !== group && groupOf(id) === group);
  return members.map((id) => `${id} ${read(id, "cmdline").split("\0").at(-2)}`);
}

function allIds() {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** proc(5): after the command's name in brackets come its state, its parent and its group. */
function groupOf(id) {
  return Number(read(id, "stat").split(") ").at(-1).split(" ")[2]);
}

function read(id, file) {
  try {
    return readFileSync(`/proc/${id}/${file}`, "utf8");
  } catch {
    return "";
  }
}
