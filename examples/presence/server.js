// Who is online, over all processes: each tells the others of its own visitors, and forgets those of one that is gone.

import { createServer } from "node:http";
import { listen } from "multi-node";

const { PORT: port = "8000", HOST: host = "127.0.0.1" } = process.env;
const server = createServer((request, response) => {
  const name = new URL(request.url, "http://localhost").searchParams.get("name");
  if (name === null) response.writeHead(400).end("curl -N '…/?name=Ann' makes Ann be online\n");
  else enter(name.slice(0, 50), response);
});
const nodes = listen({ port, host, nodes: 4 }, server);
/** From the response that a visitor of this process hangs on to the visitor's name. */
const here = new Map();
/** From the id of another process to the names of its visitors. */
const elsewhere = new Map();
const presence = nodes.channel("presence");

presence.onmessage = ({ data: { id, names } }) => {
  elsewhere.set(id, names);
  show();
};
// Messages from before it came have not reached it, so all others tell a newcomer.
nodes.on("join", tell);
// However it went, no message of it comes any more: what is deleted now stays deleted.
nodes.on("leave", ({ id }) => elsewhere.delete(id) && show());
// These responses never end by themselves, and a browser connects anew, with a node that stays.
nodes.on("drain", () => {
  for (const response of here.keys()) response.end();
});
const announce = () => console.log(`presence: http://${host}:${nodes.address().port}/?name=Ann`);
if (nodes.isMaster) nodes.ready.then(announce, () => {});

function enter(name, response) {
  response.writeHead(200, { "content-type": "text/event-stream", connection: "close" });
  response.on("close", () => {
    here.delete(response);
    change();
  });
  here.set(response, name);
  change();
}

function change() {
  tell();
  show();
}

function tell() {
  presence.postMessage({ id: nodes.id, names: [...here.values()] });
}

function show() {
  const names = new Set([...here.values(), ...[...elsewhere.values()].flat()]);
  const online = [...names].sort((a, b) => a.localeCompare(b));
  const event = `data: ${JSON.stringify({ online, node: nodes.id, pid: process.pid })}\n\n`;
  for (const response of here.keys()) response.write(event);
}
