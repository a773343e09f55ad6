// A chat room of several processes: what is said at one is published to the others.

import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { listen } from "multi-node";

const { PORT: port = "8000", HOST: host = "127.0.0.1" } = process.env;
const MOST_BYTES = 1_000;
const PAGE = `<!doctype html><meta charset="utf-8"><title>Chat room</title><ul></ul><form><input autofocus></form><script>
  const { forms: [form] } = document;
  new EventSource("events").onmessage = ({ data }) => {
    const { node, said } = JSON.parse(data);
    document.querySelector("ul").append(Object.assign(document.createElement("li"), { textContent: node + ": " + said }));
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    fetch("say", { method: "POST", body: form[0].value }).then(() => form.reset());
  };
</script>`;

const server = createServer((request, response) => {
  if (request.url === "/events") hear(response);
  else if (request.url === "/say") void say(request, response);
  else response.writeHead(200, { "content-type": "text/html" }).end(PAGE);
});
const nodes = listen({ port, host, nodes: 4 }, server);

/** The browsers that hang on this process. */
const browsers = new Set();
const room = nodes.channel("room");
// The channel that sends does not hear itself, so what is said here is shown by say().
if (!nodes.isMaster) room.onmessage = ({ data }) => show(data);
const announce = () => console.log(`chat room: http://${host}:${nodes.address().port}/`);
if (nodes.isMaster) nodes.ready.then(announce, () => {});
nodes.on("drain", () => {
  for (const browser of browsers) browser.end();
});

function hear(response) {
  response.writeHead(200, { "content-type": "text/event-stream", connection: "close" });
  response.write(`event: hello\ndata: ${JSON.stringify({ node: nodes.id })}\n\n`);
  browsers.add(response.on("close", () => browsers.delete(response)));
}

async function say(request, response) {
  try {
    if (!(Number(request.headers["content-length"]) <= MOST_BYTES)) throw new Error(`at most ${MOST_BYTES} bytes`);
    const message = { node: nodes.id, said: await text(request) };
    show(message);
    room.postMessage(message);
    response.writeHead(204).end();
  } catch (error) {
    response.writeHead(400).end(`${error.message}\n`);
  }
}

function show(message) {
  for (const browser of browsers) browser.write(`data: ${JSON.stringify(message)}\n\n`);
}
