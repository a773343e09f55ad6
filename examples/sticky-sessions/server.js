// Sessions in the memory of one process: each client comes back to the node that answered it first, by the cookie `node`.
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { listen } from "multi-node";

/** Whoever comes without a cookie begins one, so the oldest have to go. */
const MOST_SESSIONS = 100_000;

const { PORT: port = "8000", HOST: host = "127.0.0.1" } = process.env;

/** What this process knows of each session. */
const sessions = new Map();

const server = createServer((request, response) => {
  const session = sessionOf(request) ?? begin(response);
  session.views += 1;
  response.setHeader("content-type", "application/json");
  response.end(`${JSON.stringify({ node: nodes.id, views: session.views })}\n`);
});

const nodes = listen({ port, host, nodes: 4, balance: "sticky", stickyCookie: "node" }, server);

if (nodes.isMaster) {
  const announce = () => console.log(`sticky-sessions: http://${host}:${nodes.address().port}/`);
  nodes.ready.then(announce, () => {});
}

function sessionOf({ headers }) {
  const [, id] = /(?:^|; )session=([^;]+)/.exec(headers.cookie ?? "") ?? [];
  return sessions.get(id);
}

function begin(response) {
  const id = randomUUID();
  const session = { views: 0 };
  if (sessions.size === MOST_SESSIONS) sessions.delete(sessions.keys().next().value);
  sessions.set(id, session);
  response.setHeader("set-cookie", `session=${id}; HttpOnly; SameSite=Lax`);
  return session;
}
