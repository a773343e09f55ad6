// The heartbeat of a node: only an event loop that turns sends it.
import type { Beat } from "../protocol.js";

/** Milliseconds between two beats. */
const BEAT_MS = 1_000;

/** What the servers of this process tell of themselves. */
export type Counts = Pick<Beat, "served" | "connections" | "responseTime">;

/** Beats until the process ends, without keeping it alive. */
export function startBeating(send: (beat: Beat) => void, counts: () => Counts): void {
  let before = take();
  let { served } = counts();
  let rss = process.memoryUsage.rss();
  const timer = setInterval(() => {
    const now = take();
    const told = counts();
    const elapsed = now.at - before.at;
    rss = residentMemory() ?? rss;
    send({
      ...told,
      rss,
      utilization: performance.eventLoopUtilization(now.loop, before.loop).utilization,
      delay: Math.max(0, elapsed - BEAT_MS),
      cpu: (now.cpu - before.cpu) / elapsed,
      rate: ((told.served - served) * 1_000) / elapsed,
      inspected: isInspected(),
    });
    before = now;
    served = told.served;
  }, BEAT_MS);
  timer.unref();
}

/** What is compared from beat to beat: the clock and the CPU time in milliseconds. */
function take(): { at: number; cpu: number; loop: ReturnType<typeof performance.eventLoopUtilization> } {
  const { user, system } = process.cpuUsage();
  return { at: performance.now(), cpu: (user + system) / 1_000, loop: performance.eventLoopUtilization() };
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
