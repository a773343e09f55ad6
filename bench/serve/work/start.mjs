// How long it takes until all nodes serve, and what they hold in memory then.

import { setTimeout as pause } from "node:timers/promises";

// What starting has left to do, such as the collection of garbage, is over then.
const SETTLE_MS = 300;

export const start = {
  name: "start",
  title: "Start, until all nodes serve",
  tls: false,
  plain: true,
  metrics: { ms: "until all serve, ms", memory: "MiB per node", all: "MiB, all processes" },
  order: ["ms"],
  more: false,
  refuses: ({ lone }) => (lone ? "serves with one process" : undefined),
  async measure(service) {
    await pause(SETTLE_MS);
    const { node, all } = service.memory();
    return { ms: service.startMs, memory: node, all };
  },
};
