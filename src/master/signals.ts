// The signals of the operating system, as orders to the master. docs/signals.md tells users of them.
import { closeSync, openSync } from "node:fs";

export type SignalOrder =
  | { type: "stop" }
  | { type: "kill"; exitCode: number }
  | { type: "reload" }
  | { type: "resize"; by: 1 | -1 }
  | { type: "upgrade" };

const ENDS: Readonly<Partial<Record<NodeJS.Signals, number>>> = { SIGINT: 2, SIGQUIT: 3, SIGTERM: 15 };
const STEERS: Readonly<Partial<Record<NodeJS.Signals, SignalOrder>>> = {
  SIGHUP: { type: "reload" },
  SIGTTIN: { type: "resize", by: 1 },
  SIGTTOU: { type: "resize", by: -1 },
  SIGUSR2: { type: "upgrade" },
};

/** One press of Ctrl-C may come twice, from the terminal and from a parent such as npm that passes it on. */
const SAME_PRESS_MS = 200;

/** Turns signals into orders; returns what ends that. */
export function watchSignals(order: (order: SignalOrder) => void, now: () => number = Date.now): () => void {
  const judge = new SignalJudge(hasTerminal(), now);
  const names = [...Object.keys(ENDS), ...Object.keys(STEERS)] as NodeJS.Signals[];
  const onSignal = (signal: NodeJS.Signals): void => {
    const decided = judge.decide(signal, hasTerminal());
    if (decided !== undefined) order(decided);
  };
  for (const name of names) process.on(name, onSignal);
  return () => {
    for (const name of names) process.off(name, onSignal);
  };
}

/** Pure but for the clock that it is given: the first signal to end ends in order, the second at once. */
export class SignalJudge {
  readonly #hadTerminal: boolean;
  readonly #now: () => number;
  #last: { signal: NodeJS.Signals; at: number } | undefined;

  constructor(hadTerminal: boolean, now: () => number) {
    this.#hadTerminal = hadTerminal;
    this.#now = now;
  }

  decide(signal: NodeJS.Signals, hasTerminal: boolean): SignalOrder | undefined {
    // A terminal that is gone sends SIGHUP too: whoever closes it wants an end.
    const hungUp = signal === "SIGHUP" && this.#hadTerminal && !hasTerminal;
    return hungUp || signal in ENDS ? this.#end(signal) : STEERS[signal];
  }

  #end(signal: NodeJS.Signals): SignalOrder | undefined {
    const [before, at] = [this.#last, this.#now()];
    // Counted from the first of them, so that whoever holds the keys down is heard too.
    if (signal === "SIGINT" && before?.signal === signal && at - before.at < SAME_PRESS_MS) return undefined;
    this.#last = { signal, at };
    return before === undefined ? { type: "stop" } : { type: "kill", exitCode: 128 + (ENDS[signal] ?? 1) };
  }
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}
