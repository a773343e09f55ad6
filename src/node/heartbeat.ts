// The heartbeat of a node: only an event loop that turns sends it.
import type { Beat } from "../protocol.js";

/** Milliseconds between two beats. */
const BEAT_MS = 1_000;

/** Beats until the process ends, without keeping it alive. */
export function startBeating(send: (beat: Beat) => void, counts: () => Pick<Beat, "served" | "connections">): void {
  let before = performance.eventLoopUtilization();
  let rss = process.memoryUsage.rss();
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    rss = residentMemory() ?? rss;
    send({ ...counts(), utilization, rss, inspected: isInspected() });
  }, BEAT_MS);
  timer.unref();
}

/** Where no descriptor is left, Node cannot tell: that is no reason to end. */
function residentMemory(): number | undefined {
  try {
    return process.memoryUsage.rss();
  } catch {
    return undefined;
  }
}

/** Loaded with the first beat: a start is not to wait for it. */
function isInspected(): boolean {
  return process.getBuiltinModule("node:inspector").url() !== undefined;
}
