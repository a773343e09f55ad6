// The closed loop: a fixed number of clients, each with one request at a time.

import { setTimeout as pause } from "node:timers/promises";
import { Connection } from "./connection.mjs";
import { Patience } from "./patience.mjs";
import { Tally } from "./tally.mjs";

const SECOND = 1000;

/**
 * Resolves to the tally's result, the seconds it took, and how many clients have waited for over a second.
 * @param task `{ port, tls, path, fresh, clients, blockShare, thinkMs }`; with `fresh`, each request has a connection of
 * its own; a share of them asks for what blocks the event loop
 * @param ended an AbortSignal: no more requests then, but those on their way are waited for
 */
export async function closedLoop(task, ended) {
  const tally = new Tally();
  const patience = new Patience();
  const start = performance.now();
  const waits = await Promise.all(
    Array.from({ length: task.clients }, () => runClient(task, { tally, patience, ended })),
  );
  await patience.end();
  const seconds = (performance.now() - start) / SECOND;
  return { ...tally.result(), seconds, clientsOverOneSecond: waits.filter((longest) => longest > SECOND).length };
}

/** Resolves to its longest wait, in milliseconds. */
async function runClient(task, { tally, patience, ended }) {
  let connection;
  let longest = 0;
  while (!ended.aborted) {
    const start = performance.now();
    if (connection?.isOpen !== true) connection = new Connection(task);
    const { outcome, goesOn } = await ask(connection, pathOf(task), { task, patience });
    const took = performance.now() - start;
    tally.add(outcome, took * 1000);
    longest = Math.max(longest, took);
    if (!goesOn) connection = undefined;
    if (task.thinkMs > 0) await pause(task.thinkMs);
    // A refusal comes at once, and a client that asks again at once would do nothing else.
    else if (outcome === "refused") await pause(1);
  }
  connection?.close();
  return longest;
}

function ask(connection, path, { task, patience }) {
  patience.add(connection);
  return new Promise((resolve) => {
    connection.ask(path, task.fresh, (outcome, goesOn) => {
      patience.remove(connection);
      resolve({ outcome, goesOn });
    });
  });
}

function pathOf({ path, blockShare }) {
  return Math.random() < blockShare ? "/block" : path;
}
