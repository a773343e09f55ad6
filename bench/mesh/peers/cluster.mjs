// node:cluster as its documentation has it: workers reach each other through the primary, over the IPC channels.

import cluster from "node:cluster";
import { listenersOf, RECEIVER } from "../duties.mjs";
import { beMember, members, ownIndex } from "../member.mjs";
import { chat } from "../values.mjs";
import { PendingCalls } from "./pending-calls.mjs";
import { PrimaryLink } from "./primary-link.mjs";

if (cluster.isPrimary) relay();
else await beMember(ownIndex, { values: chat, join });

/** It ends when the last worker has. */
function relay() {
  const workers = new Map();
  cluster.setupPrimary({ serialization: process.env.BENCH_SERIALIZATION });
  cluster.on("message", (_worker, message) => {
    const targets = message.to === undefined ? listenersOf(message.topic, members) : [message.to];
    for (const target of targets) workers.get(target).send(message);
  });
  for (let index = 1; index <= members; index += 1) {
    const worker = cluster.fork({ BENCH_MEMBER: String(index) });
    // What was on its way to a worker when all ended.
    worker.on("error", () => {});
    workers.set(index, worker);
  }
}

function join(listeners) {
  const calls = new PendingCalls();
  const link = new PrimaryLink();
  process.on("message", (message) => {
    if (message.topic !== undefined) listeners[message.topic](message.value);
    else if (message.from === undefined) calls.settle(message.id, message.value);
    else void link.send({ to: message.from, id: message.id, value: message.value });
  });
  return {
    publish: (topic, value) => link.send({ topic, value }),
    call: (value) => calls.add((id) => link.send({ to: RECEIVER, from: ownIndex, id, value })),
  };
}
