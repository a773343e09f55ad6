// What a mesh of 33 processes costs while nothing happens.

import { setTimeout as pause } from "node:timers/promises";
import { say } from "../../tools/lib/paths.mjs";
import { cpuTime } from "../common/cpu.mjs";
import { startMultiNode } from "./peers.mjs";

// The master is the thirty-third.
const NODES = 32;
const SECONDS = 10;

// What starting has left to do, such as the collection of garbage, is not idling.
const SETTLE_SECONDS = 5;

/** Resolves to `{ processes, seconds, cpuMs }`, or `{ error }`. */
export async function measureIdle({ node, folder, signal }) {
  say(`idle mesh of ${NODES + 1} processes, ${SECONDS} s`);
  try {
    const service = await startMultiNode({ node, folder, members: NODES });
    try {
      await pause(SETTLE_SECONDS * 1000, undefined, { signal });
      const before = cpuTime(service.pids);
      await pause(SECONDS * 1000, undefined, { signal });
      return { processes: service.pids.length, seconds: SECONDS, cpuMs: cpuTime(service.pids) - before };
    } finally {
      await service.stop();
    }
  } catch (error) {
    return { error: error.message };
  }
}
