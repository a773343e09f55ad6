// A heartbeat as a test needs it.
import type { Beat } from "#src/protocol.js";

/** That of a process which has nothing to do, but for what is given. */
export function beatOf(told: Partial<Beat> = {}): Beat {
  return {
    rss: 50_000_000,
    served: 0,
    connections: 0,
    utilization: 0,
    delay: 0,
    cpu: 0,
    rate: 0,
    responseTime: null,
    inspected: false,
    ...told,
  };
}
