// A chat that four processes serve together. Each of them runs this file, and so does the master, which keeps them up.

import { createServer } from "node:http";
import { listen } from "multi-node";
import { Browsers } from "./browsers.js";
import { Census } from "./census.js";
import { Neighbours } from "./neighbours.js";
import { Room } from "./room.js";
import { answer } from "./routes.js";

const server = createServer();
const nodes = start();

const neighbours = new Neighbours(nodes);
const room = new Room(nodes.id, neighbours);
const census = new Census(nodes, neighbours);
const browsers = new Browsers(nodes.id, room, census);

server.on("request", (request, response) => {
  census.countRequest();
  void answer(request, response, { nodes, room, census, browsers });
});

// An event stream never ends by itself, so a node that is to end would wait for its browsers until the deadline.
nodes.on("drain", () => browsers.letGo());

if (nodes.isMaster) {
  neighbours.on("join", ({ id, pid }) => console.log(`chat: ${id} is process ${pid}`));
  // When not all nodes can serve, the error event says why.
  nodes.ready.then(
    () => console.log(`chat: open ${urlOf(nodes.address())} in two tabs; Ctrl-C ends it`),
    () => {},
  );
}

function start() {
  // The page has buttons that kill processes, so only this machine reaches it unless HOST says otherwise.
  const { PORT: port = "8000", HOST: host = "127.0.0.1" } = process.env;
  try {
    return listen({ port, host, nodes: 4 }, server).on("error", giveUp);
  } catch (error) {
    return giveUp(error);
  }
}

function giveUp(error) {
  console.error(`chat: ${error.message}`);
  process.exit(1);
}

function urlOf({ address, family, port }) {
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}/`;
}
