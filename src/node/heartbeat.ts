// The heartbeat of a node: only an event loop that turns sends it.
import type { Beat } from "../protocol.js";

/** Milliseconds between two beats. */
const BEAT_MS = 1_000;

/** Beats until the process ends, without keeping it alive. */
export function startBeating(send: (beat: Beat) => void, counts: () => Pick<Beat, "served" | "connections">): void {
  let before = performance.eventLoopUtilization();
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    send({ ...counts(), utilization, rss: process.memoryUsage.rss(), inspected: isInspected() });
  }, BEAT_MS);
  timer.unref();
}

/** Loaded with the first beat: a start is not to wait for it. */
function isInspected(): boolean {
  return process.getBuiltinModule("node:inspector").url() !== undefined;
}
