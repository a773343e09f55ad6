// CPU time of processes, as Linux counts it; nothing elsewhere.

import { readFileSync } from "node:fs";

// USER_HZ, which is 100 wherever Node runs on Linux.
const TICK_MS = 10;

/** Milliseconds of user and system time that these processes have used together, or undefined. */
export function cpuTime(pids) {
  if (process.platform !== "linux") return undefined;
  return pids.reduce((sum, pid) => sum + timeOf(pid), 0);
}

/** proc(5): after the command's name in brackets, utime is the 12th field and stime the 13th. */
function timeOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
