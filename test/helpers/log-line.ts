// A line of output as a test needs it.
import type { LogLine } from "#src/log-lines.js";

/** Of the first node, but for what is given. */
export function logLineOf(told: Partial<LogLine> = {}): LogLine {
  return { time: 0, node: "node-1", pid: 77, stream: "stdout", text: "all is well", ...told };
}
