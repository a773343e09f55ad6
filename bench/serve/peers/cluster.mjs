// node:cluster as its documentation has it. Rolling restarts are left to the program: SIGUSR2 does one by hand.

import cluster from "node:cluster";
import { once } from "node:events";
import { count, host, makeServer, port } from "./server.mjs";

if (cluster.isPrimary) {
  cluster.schedulingPolicy = process.env.BENCH_SCHEDULING === "none" ? cluster.SCHED_NONE : cluster.SCHED_RR;
  for (let index = 0; index < count; index += 1) cluster.fork();
  cluster.on("exit", ({ exitedAfterDisconnect }) => {
    if (!exitedAfterDisconnect) cluster.fork();
  });
  process.on("SIGUSR2", () => void replaceAll());
} else {
  makeServer().listen({ port, host });
}

/** One after another, each once its successor listens; disconnect() lets the old one finish what it has. */
async function replaceAll() {
  for (const old of Object.values(cluster.workers)) {
    await once(cluster.fork(), "listening");
    old.disconnect();
  }
}
