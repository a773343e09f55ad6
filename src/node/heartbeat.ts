// The heartbeat of a node: only an event loop that turns sends it.
import { afterThisTurn } from "../promises.js";
import type { Beat, ToMaster } from "../protocol.js";

/** Milliseconds between two beats. */
const BEAT_MS = 1_000;

/** What the servers of this process tell of themselves. */
export type Counts = Pick<Beat, "served" | "connections" | "responseTime">;

type BeatMessage = Extract<ToMaster, { type: "beat" }>;

export class Heart {
  readonly #send: (message: BeatMessage) => void;
  readonly #counts: () => Counts;
  #last: Beat | undefined;
  /** How many have made the event loop stand still. */
  #standing = 0;
  #state: "silent" | "beats" = "silent";

  constructor(send: (message: BeatMessage) => void, counts: () => Counts) {
    this.#send = send;
    this.#counts = counts;
  }

  /** Beats until the process ends, without keeping it alive. */
  begin(): "begun" | "beats already" {
    if (this.#state === "beats") return "beats already";
    this.#state = "beats";
    const measure = measuring(this.#counts);
    const timer = setInterval(() => {
      this.#last = measure();
      this.#tell(this.#standing > 0 ? { ...this.#last, inspected: true } : this.#last);
    }, BEAT_MS);
    timer.unref();
    return "begun";
  }

  /** Does what may stop the event loop for long; a beat before says that this is on purpose. */
  async standStill<Value>(work: () => Promise<Value>): Promise<Value> {
    this.#standing += 1;
    try {
      if (this.#state === "beats") {
        this.#tell({ ...(this.#last ?? measuring(this.#counts)()), inspected: true });
        // By then it is out.
        await afterThisTurn();
      }
      return await work();
    } finally {
      this.#standing -= 1;
    }
  }

  #tell(beat: Beat): void {
    this.#send({ type: "beat", beat });
  }
}

/** What it returns tells how this process has fared since it was called last. */
function measuring(counts: () => Counts): () => Beat {
  let before = take();
  let { served } = counts();
  let rss = residentMemory() ?? 0;
  return () => {
    const now = take();
    const told = counts();
    const elapsed = Math.max(1, now.at - before.at);
    rss = residentMemory() ?? rss;
    const beat: Beat = {
      ...told,
      rss,
      utilization: performance.eventLoopUtilization(now.loop, before.loop).utilization,
      delay: Math.max(0, elapsed - BEAT_MS),
      cpu: (now.cpu - before.cpu) / elapsed,
      rate: ((told.served - served) * 1_000) / elapsed,
      inspected: isInspected(),
    };
    before = now;
    served = told.served;
    return beat;
  };
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
