// The processes of a measured service, supervisors and daemons included: all carry its mark in their environment.

import { readdirSync, readFileSync } from "node:fs";
import { cpuTime } from "../common/cpu.mjs";

const KIBIBYTES_PER_MEBIBYTE = 1024;

/** Ids of the living processes with this entry, "NAME=value", in their environment. */
export function processesWith(entry) {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => read(pid, "environ").split("\0").includes(entry)).map(Number);
}

/** Milliseconds of CPU time by process id, to be given to cpuSince. */
export function cpuTimes(pids) {
  return new Map(pids.map((pid) => [pid, timeOf(pid)]));
}

/** Milliseconds that these processes have used since then; those that have ended since do not count. */
export function cpuSince(before, pids) {
  return pids.reduce((sum, pid) => sum + Math.max(0, timeOf(pid) - (before.get(pid) ?? 0)), 0);
}

/** Resident memory in MiB. */
export function residentMemory(pids) {
  const kibibytes = pids.map((pid) => Number(/VmRSS:\s+(\d+)/.exec(read(pid, "status"))?.[1] ?? 0));
  return kibibytes.reduce((sum, size) => sum + size, 0) / KIBIBYTES_PER_MEBIBYTE;
}

/** Whether it was there. */
export function signal(pid, name) {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if (error.code === "ESRCH") return false;
    throw error;
  }
}

function timeOf(pid) {
  try {
    return cpuTime([pid]);
  } catch {
    return 0;
  }
}

function read(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
