// This package: a channel for each topic, and calls.

import { once } from "node:events";
import { createServer } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { listen } from "../../../dist/bundle/index.js";
import { RECEIVER, TOPICS } from "../duties.mjs";
import { beMember, members, openLine } from "../member.mjs";
import { chat } from "../values.mjs";

const nodes = listen({ port: 0, host: "127.0.0.1", nodes: members }, createServer());

if (nodes.isMaster) openLine(() => nodes.close());
else await beMember(Number(nodes.id.slice("node-".length)), { values: chat, join }, () => {});

async function join(listeners) {
  const channels = Object.fromEntries(TOPICS.map((topic) => [topic, nodes.channel(topic)]));
  for (const [topic, listener] of Object.entries(listeners)) channels[topic].on("message", listener);
  nodes.handle("echo", (value) => value);
  nodes.handle("has joined", () => true);
  await nodes.ready;
  await allJoined();
  return {
    publish: (topic, value) => (channels[topic].postMessage(value) ? undefined : channels[topic].drained),
    call: (value) => nodes.call(`node-${RECEIVER}`, "echo", value),
  };
}

/** An answer comes after the news of the channels that the other process listens on. */
async function allJoined() {
  while (nodes.peers.length < members) await once(nodes, "join");
  const others = nodes.peers.filter(({ isMaster }) => !isMaster);
  await Promise.all(others.map(({ id }) => joined(id)));
}

async function joined(id) {
  for (;;) {
    try {
      return await nodes.call(id, "has joined");
    } catch (error) {
      if (error.code !== "MN_ERR_NO_HANDLER") throw error;
      await pause(10);
    }
  }
}
