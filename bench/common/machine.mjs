// What the figures were measured with.

import { spawnSync } from "node:child_process";
import { cpus, release, type } from "node:os";
import { giveUp } from "../../tools/lib/paths.mjs";

/** The version of the Node at this path. Ends the process, with a message, when there is none. */
export function versionOf(node) {
  const { stdout, status } = spawnSync(node, ["--version"], { encoding: "utf8" });
  return status === 0 ? stdout.trim().slice(1) : giveUp(`${node} is no Node that runs`, 2);
}

export function describeMachine() {
  const cores = cpus();
  return `${cores.length} cores (${cores[0].model.trim()}), ${type()} ${release()}`;
}
