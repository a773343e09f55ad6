// Each process keeps what it has read. Who writes lets all of them forget it, and answers when they have.

import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { listen } from "multi-node";

const MOST_ENTRIES = 10_000;

const { PORT: port = "8000", HOST: host = "127.0.0.1" } = process.env;

const server = createServer((request, response) => {
  const answer = request.method === "PUT" ? write : read;
  answer(request, response).catch((error) => response.writeHead(500).end(`${error.message}\n`));
});
const nodes = listen({ port, host, nodes: 4 }, server);

/** From the key to a promise of the value: one that is still being read can be forgotten, too. */
const cache = new Map();
nodes.handle("forget", (key) => cache.delete(key));

// The master stands in for your database.
if (nodes.isMaster) {
  const rows = new Map();
  nodes.handle("database read", (key) => rows.get(key));
  nodes.handle("database write", ({ key, value }) => void rows.set(key, value));
  const announce = () => console.log(`cache: http://${host}:${nodes.address().port}/`);
  nodes.ready.then(announce, () => {});
}

async function read({ url: key }, response) {
  // Before it is ready, others may not know yet that this process, too, has something to forget.
  await nodes.ready;
  response.setHeader("x-cache", cache.has(key) ? "hit" : "miss");
  const value = await (cache.get(key) ?? load(key));
  if (value === undefined) response.writeHead(404).end("nothing was put here\n");
  else response.end(value);
}

function load(key) {
  const value = nodes.call("master", "database read", key);
  cache.set(key, value);
  value.catch(() => cache.get(key) === value && cache.delete(key));
  if (cache.size > MOST_ENTRIES) cache.delete(cache.keys().next().value);
  return value;
}

async function write(request, response) {
  await nodes.ready;
  const key = request.url;
  await nodes.call("master", "database write", { key, value: await text(request) });
  const all = await nodes.call("all", "forget", key, { timeout: 2_000 });
  // A process that is gone has taken its cache along; one that hangs may have the old value still.
  const late = all.filter(({ reason }) => reason !== undefined && reason.code !== "MN_ERR_PEER_GONE");
  const ids = late.map(({ peer }) => peer.id).join(", ");
  response.end(late.length === 0 ? "written\n" : `written; ${ids} may show the old value for a while\n`);
}
