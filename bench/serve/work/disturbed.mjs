// What clients notice while nodes are replaced, killed or stopped.

import { setTimeout as pause } from "node:timers/promises";
import { startClient } from "../load/run.mjs";
import { signal } from "../processes.mjs";
import { pidOf } from "../service.mjs";

// Requests per second that even the slowest answers with ease.
const RATE = 500;
const LONGEST_SECONDS = 40;
const BEFORE_MS = 700;
const AFTER_MS = 500;
const RELOADS = 3;
const RELOADED_MS = 12_000;
const HEALED_MS = 15_000;

const PATIENT_CLIENTS = 64;
const THINK_MS = 50;
const STOPPED_MS = 2500;

const common = { tls: false, plain: false, more: false };

export const reload = {
  ...common,
  name: "reload",
  title: `${RELOADS} rolling reloads under load`,
  metrics: { lost: "lost", p99: "p99, ms", seconds: "one reload, s" },
  order: ["lost", "p99"],
  refuses: (peer) => (peer.reload === undefined ? "has no rolling reload" : undefined),
  async measure(service, { nodes }) {
    const { ms, lost, p99 } = await disturb(service, async () => {
      for (let index = 0; index < RELOADS; index += 1) await reloadOnce(service, nodes);
    });
    return { lost, p99, seconds: ms / 1000 / RELOADS };
  },
};

export const kill = {
  ...common,
  name: "kill",
  title: "SIGKILL of a node under load",
  metrics: { lost: "lost", ms: "back at full strength, ms", p99: "p99, ms" },
  order: ["lost", "ms"],
  refuses: (peer) => (peer.heals ? undefined : reasonNotToKill(peer)),
  async measure(service, { nodes }) {
    const [victim] = service.members;
    const { ms, lost, p99 } = await disturb(service, () => {
      signal(pidOf(victim), "SIGKILL");
      const isWhole = (members) => members.length === nodes && !members.includes(victim);
      return service.until(isWhole, HEALED_MS, "not back at full strength");
    });
    return { lost, ms, p99 };
  },
};

export const stop = {
  ...common,
  name: "stop",
  title: `SIGSTOP of a node for ${STOPPED_MS / 1000} s under load`,
  metrics: { waited: "clients that waited over 1 s, %", lost: "lost" },
  order: ["waited"],
  refuses: ({ lone, threads }) =>
    lone ? "serves with one process" : threads ? "its nodes are threads of one process" : undefined,
  async measure(service) {
    const [victim] = service.members;
    const load = { path: "/", fresh: true, clients: PATIENT_CLIENTS, thinkMs: THINK_MS, blockShare: 0 };
    const client = startClient({ kind: "closed", port: service.port, ...load, seconds: LONGEST_SECONDS });
    await pause(BEFORE_MS);
    signal(pidOf(victim), "SIGSTOP");
    await pause(STOPPED_MS);
    signal(pidOf(victim), "SIGCONT");
    client.end();
    const { clientsOverOneSecond, lost } = await client.result;
    return { waited: (clientsOverOneSecond / PATIENT_CLIENTS) * 100, lost };
  },
};

function reloadOnce(service, nodes) {
  const old = service.members;
  service.reload();
  const isDone = (members) => members.length === nodes && !members.some((who) => old.includes(who));
  return service.until(isDone, RELOADED_MS, "a reload had no end");
}

function reasonNotToKill({ threads }) {
  return threads ? "its nodes are threads of one process" : "nothing replaces a process that died";
}

/** Resolves to the load's result and `ms`, how long `disturbance` took. */
async function disturb(service, disturbance) {
  const task = { kind: "open", port: service.port, path: "/", rate: RATE, seconds: LONGEST_SECONDS };
  const client = startClient(task);
  await pause(BEFORE_MS);
  const start = performance.now();
  await disturbance();
  const ms = performance.now() - start;
  await pause(AFTER_MS);
  client.end();
  return { ms, ...(await client.result) };
}
