// What each address answers.

import { randomUUID } from "node:crypto";
import { pageFor, publicFiles } from "./files.js";
import { checkOrigin, Refusal, readJson, refuse } from "./requests.js";
import { guestName, nameCookie, nameOf, tidyName, tidyText } from "./visitors.js";

const routes = new Map([
  ["/", { GET: page }],
  ["/whoami", { GET: whoAmI }],
  ["/events", { GET: events }],
  ["/messages", { POST: say }],
  ["/name", { POST: rename }],
  ["/kill", { POST: kill }],
  ...publicFiles.map(({ path, headers, body }) => [
    path,
    { GET: (_request, response) => response.writeHead(200, headers).end(body) },
  ]),
]);

export async function answer(request, response, chat) {
  try {
    await handlerFor(request)(request, response, chat);
  } catch (error) {
    refuse(response, error);
  }
}

function handlerFor(request) {
  const [path] = request.url.split("?");
  const methods = routes.get(path);
  if (methods === undefined) throw new Refusal(404, `nothing is at ${path}`);
  // Node itself leaves out the body of an answer to HEAD.
  const handler = methods[request.method === "HEAD" ? "GET" : request.method];
  if (handler === undefined) throw new Refusal(405, "wrong method", { allow: Object.keys(methods).join(", ") });
  if (request.method === "POST") checkOrigin(request);
  return handler;
}

function page(request, response, { nodes }) {
  const { headers, body } = pageFor(nodes.id);
  const name = nameOf(request) ?? guestName();
  response.writeHead(200, { ...headers, "set-cookie": nameCookie(name) }).end(body);
}

/** For curl, and for the button that sends a hundred: each closes its connection, so the next may come to any node. */
function whoAmI(_request, response, { nodes }) {
  const headers = { "content-type": "application/json", "cache-control": "no-store", connection: "close" };
  response.writeHead(200, headers).end(JSON.stringify({ id: nodes.id, pid: process.pid }));
}

function events(request, response, { browsers }) {
  // EventSource sends the header when it connects again by itself; the page asks when it opens a new one.
  const asked = new URLSearchParams(request.url.split("?")[1]).get("after");
  browsers.attach(response, nameOf(request) ?? "guest", request.headers["last-event-id"] ?? asked ?? "");
}

async function say(request, response, { room }) {
  const { text, key = randomUUID() } = await readJson(request);
  if (typeof key !== "string" || key.length > 64)
    throw new Refusal(400, "key: a string of up to 64 characters is taken");
  await room.say(nameOf(request) ?? "guest", tidyText(text), key);
  response.writeHead(204).end();
}

async function rename(request, response) {
  const { name } = await readJson(request);
  response.writeHead(204, { "set-cookie": nameCookie(tidyName(name)) }).end();
}

/** The button that shows what a crash does. Only nodes that this process is connected with, or itself, are killed. */
async function kill(request, response, { nodes }) {
  const { id } = await readJson(request);
  const self = { id: nodes.id, pid: process.pid, isMaster: nodes.isMaster };
  const found = [self, ...nodes.peers].find((peer) => peer.id === id);
  if (found === undefined) throw new Refusal(404, "no such node");
  if (found.isMaster) throw new Refusal(403, "the master looks after the others: end it with Ctrl-C");
  response.writeHead(202).end(() => killNow(found.pid));
}

function killNow(pid) {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
