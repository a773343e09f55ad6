// The open loop: requests at a fixed rate, whatever becomes of those before, timed from when each was to be sent.

import { Connection } from "./connection.mjs";
import { Patience } from "./patience.mjs";
import { Tally } from "./tally.mjs";

const TICK_MS = 2;
const SECOND = 1000;

// Enough that each idles most of the time: what a server closes while a request is on its way shows up only then.
const KEPT = 64;

/**
 * Every other request has a connection of its own, the rest take turns on kept ones; more are opened when none is free.
 * @param task `{ port, tls, path, rate }`, the rate in requests per second
 * @param ended an AbortSignal: no more requests then, but those on their way are waited for
 */
export async function openLoop(task, ended) {
  const tally = new Tally();
  const patience = new Patience();
  const open = new Set();
  const idle = new Set();
  const start = performance.now();
  let sent = 0;
  await new Promise((resolve) => {
    const timer = setInterval(sendWhatIsDue, TICK_MS);
    ended.addEventListener("abort", () => resolve(clearInterval(timer)));
  });
  await patience.end();
  for (const connection of open) connection.close();
  return { ...tally.result(), seconds: (performance.now() - start) / SECOND };

  function sendWhatIsDue() {
    const due = ((performance.now() - start) / SECOND) * task.rate;
    for (; sent < due; sent += 1) send(sent % 2 === 0, start + (sent / task.rate) * SECOND);
  }

  function send(isFresh, intended) {
    const connection = isFresh ? new Connection(task) : kept();
    idle.delete(connection);
    patience.add(connection);
    connection.ask(task.path, isFresh, (outcome, goesOn) => {
      patience.remove(connection);
      tally.add(outcome, (performance.now() - intended) * 1000);
      if (goesOn) idle.add(connection);
    });
  }

  /** The one that has idled longest. */
  function kept() {
    const [free] = idle;
    if (free !== undefined && open.size >= KEPT) return free;
    const connection = new Connection(task, () => {
      open.delete(connection);
      idle.delete(connection);
    });
    open.add(connection);
    return connection;
  }
}
