// What runs now and has to end with the bench, however that ends.

import { mkdtempSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";

/** Each has a method `stop`, which may be called twice and whose promises resolve when it has ended. */
export const running = new Set();

/** Whether a child process was started and has not ended. */
export function isRunning({ pid, exitCode, signalCode }) {
  return pid !== undefined && exitCode === null && signalCode === null;
}

/**
 * Calls `work` with the path of a private folder, and with an AbortSignal that fires when this process gets a signal to
 * end. However `work` ends, nothing is left: what runs is stopped and the folder removed.
 */
export async function leavingNothing(work) {
  const folder = mkdtempSync(join(tmpdir(), "mn-bench-"));
  const interruption = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(name, () => interrupt(interruption, name));
  try {
    await work(folder, interruption.signal);
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
  } finally {
    await stopAll();
    rmSync(folder, { recursive: true, force: true });
  }
  if (interruption.signal.aborted) process.exit(128 + constants.signals[interruption.signal.reason]);
}

/** What waits for a stopped process learns of it at once. */
function interrupt(interruption, name) {
  interruption.abort(name);
  void stopAll();
}

async function stopAll() {
  await Promise.all([...running].map((one) => one.stop()));
}
