// The heartbeat of a node: only an event loop that turns sends it.
import { url } from "node:inspector";
import { performance } from "node:perf_hooks";
import type { Beat } from "../protocol.js";

/** Milliseconds between two beats. */
const BEAT_MS = 1_000;

/** Beats at once and until the process ends, without keeping it alive. */
export function startBeating(send: (beat: Beat) => void, counts: () => Pick<Beat, "served" | "connections">): void {
  let before = performance.eventLoopUtilization();
  const beat = (): void => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    send({ ...counts(), utilization, rss: process.memoryUsage.rss(), inspected: url() !== undefined });
  };
  beat();
  setInterval(beat, BEAT_MS).unref();
}
