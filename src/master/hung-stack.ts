// Where a process hangs: its inspector answers while its event loop does not turn, and is closed again afterwards.
import { readFileSync } from "node:fs";
import { setTimeout as after } from "node:timers/promises";
import { type CpuProfile, hottestStack, wasIdle } from "./cpu-profile.js";
import { InspectorClient } from "./inspector-client.js";

export interface HungProcess {
  /** A child that has not been seen to end, so that the id is still its own. It runs with `--inspect-port=127.0.0.1:0`. */
  pid: number;
  /** The address that its inspector writes to standard error (`InspectorLines.url`); rejects when the process ends. */
  url: Promise<string>;
  /** Milliseconds for all of it. Default: 5000. */
  timeout?: number;
}

export type HungStack =
  /** Lines as in an error's stack, innermost first, at most 20. */
  | { type: "stack"; stack: string }
  /** A clause that says why there is none, such as "it is stopped by a signal". */
  | { type: "none"; reason: string };

const DEFAULT_TIMEOUT_MS = 5_000;
const FRAMES = 20;
/** Questions to a process that is not in its program's own code. */
const SAMPLES = 20;
/** A short profile, for what is in between: milliseconds, and microseconds from sample to sample. */
const PROFILE_MS = 200;
const PROFILE_INTERVAL_US = 200;
/** Milliseconds for the inspector to close. */
const CLOSE_MS = 1_000;
/** The name under which our question would stand in the answer. */
const OWN_FRAME = "multi-node:stack";

/** What Node itself puts on top of the stack for a moment, to tell of its open inspector. */
const OPENING = "    at process.emit (";

/** Evaluated on top of whatever the process does: in loops, in regular expressions, in Atomics.wait. */
const STACK_EXPRESSION = `(() => {
  const { stackTraceLimit, prepareStackTrace } = Error;
  try {
    Error.stackTraceLimit = ${FRAMES + 2};
    Error.prepareStackTrace = undefined;
    return new Error().stack;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    Error.prepareStackTrace = prepareStackTrace;
  }
})()
//# sourceURL=${OWN_FRAME}`;

const CLOSE_EXPRESSION = `process.getBuiltinModule("node:inspector").close()`;

/** What /proc says of a process that does not open its inspector. */
const STATES: Record<string, string> = {
  R: "it runs native code that cannot be interrupted, or its inspector is disabled",
  S: "it waits in a system call (synchronous I/O, a child process), or its inspector is disabled",
  D: "it waits inside the kernel (a disk or a network file system)",
  T: "it is stopped by a signal",
  t: "it is stopped by a debugger",
};

/**
 * Asks a process that hangs where it hangs. Opens its inspector on a loopback port by SIGUSR1, and closes it again.
 * What stands in a system call may see that call fail with EINTR. Never rejects.
 */
export async function stackOf({ pid, url, timeout = DEFAULT_TIMEOUT_MS }: HungProcess): Promise<HungStack> {
  // A stopped process would open its inspector only when it goes on, with nobody there to close it.
  if (/[Tt]/.test(stateOf(pid))) return { type: "none", reason: whyNone(pid) };
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(new Error(whyNone(pid))), timeout);
  try {
    process.kill(pid, "SIGUSR1");
    const client = await InspectorClient.connect(await before(deadline.signal, url), deadline.signal);
    try {
      return { type: "stack", stack: await before(deadline.signal, askForStack(client)) };
    } finally {
      await closeInspector(client);
    }
  } catch (error) {
    return { type: "none", reason: hasEnded(pid) ? "it has ended" : (error as Error).message };
  } finally {
    clearTimeout(timer);
  }
}

async function askForStack(client: InspectorClient): Promise<string> {
  let stack = "";
  // Between two ticks no frame of the program is at hand.
  for (let sample = 1; sample <= SAMPLES; sample++) {
    stack = await sampleStack(client);
    if (hasOwnCode(stack) && !stack.startsWith(OPENING)) return stack;
  }
  // Nor do questions get through but between two microtasks; a profile sees within.
  await client.request("Profiler.enable");
  await client.request("Profiler.setSamplingInterval", { interval: PROFILE_INTERVAL_US });
  await client.request("Profiler.start");
  await after(PROFILE_MS, undefined, { ref: false });
  const { profile } = (await client.request("Profiler.stop")) as { profile: CpuProfile };
  if (wasIdle(profile)) throw new Error("its event loop turns again");
  const found = hottestStack(profile, FRAMES) ?? stack;
  if (found === "") throw new Error("it runs nothing of its program's own");
  return found;
}

async function sampleStack(client: InspectorClient): Promise<string> {
  const options = { expression: STACK_EXPRESSION, silent: true, disableBreaks: true, returnByValue: true };
  const { result } = (await client.request("Runtime.evaluate", options)) as { result?: { value?: unknown } };
  const lines = String(result?.value).split("\n").slice(1);
  return lines
    .filter((line) => !line.includes(OWN_FRAME))
    .slice(0, FRAMES)
    .join("\n");
}

function hasOwnCode(stack: string): boolean {
  return stack.split("\n").some((line) => line !== "" && !/(\(|at )node:|<anonymous>\)$/.test(line));
}

/** The inspector hangs up as it closes; where nobody answers, the connection at least is given up. */
async function closeInspector(client: InspectorClient): Promise<void> {
  const timer = setTimeout(() => client.close(), CLOSE_MS);
  void client.request("Runtime.evaluate", { expression: CLOSE_EXPRESSION, silent: true }).catch(() => {});
  await client.closed;
  clearTimeout(timer);
}

function before<Value>(signal: AbortSignal, promise: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    promise.then(resolve, reject);
  });
}

function whyNone(pid: number): string {
  return STATES[stateOf(pid)] ?? "its inspector does not open";
}

function hasEnded(pid: number): boolean {
  try {
    return process.kill(pid, 0) && stateOf(pid) === "Z";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/** The letter that /proc has for the process' state (proc(5)); empty where it has none. */
function stateOf(pid: number): string {
  try {
    return /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, "latin1"))?.[1] ?? "";
  } catch {
    return "";
  }
}
