// Runs one command in a process group of its own, hands on the signals that reach us, and waits for its end.

import { spawn } from "node:child_process";
import { once } from "node:events";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];

// A terminal sends Ctrl-C to npm and to us, and npm sends us its own once more. The program may take a second SIGINT
// as "end at once", so it gets its signals only from here, and the same one within this time only once.
const ONE_KEY_PRESS_MS = 500;

/**
 * Runs `command` and resolves to `{ code, signal, timedOut, interruptedBy }`, the last being the signal handed on.
 * `timeout` (ms) ends the whole group after calling `onTimeout(pid)`; `sweep` ends what the command leaves behind.
 */
export async function runInForeground(command, args, { timeout, onTimeout, sweep = false, ...options } = {}) {
  const child = spawn(command, args, { stdio: "inherit", ...options, detached: true });
  const result = { code: null, signal: null, timedOut: false, interruptedBy: undefined };
  const stopForwarding = forwardSignals(child, result);
  const timer = timeout && setTimeout(giveUpWaiting, timeout);
  try {
    [result.code, result.signal] = await once(child, "exit");
  } finally {
    clearTimeout(timer);
    stopForwarding();
    if (sweep) killGroup(child.pid);
  }
  return result;

  function giveUpWaiting() {
    result.timedOut = true;
    onTimeout?.(child.pid);
    killGroup(child.pid);
  }
}

/** Ends this process the way the child ended: with the same code, or by the same signal. */
export function endLike({ code, signal }) {
  if (signal === null) process.exitCode = code;
  else process.kill(process.pid, signal);
}

function forwardSignals(child, result) {
  const last = new Map();
  const listeners = SIGNALS.map((signal) => [signal, () => forward(signal)]);
  for (const [signal, listener] of listeners) process.on(signal, listener);
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener);
  };

  function forward(signal) {
    const now = performance.now();
    const before = last.get(signal) ?? Number.NEGATIVE_INFINITY;
    last.set(signal, now);
    result.interruptedBy = signal;
    if (now - before >= ONE_KEY_PRESS_MS) child.kill(signal);
  }
}

function killGroup(pid) {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}
