// The server of all peers of Node: plain or TLS, with the same handler and an echo for WebSockets.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { bodyFor } from "./handler.mjs";
import { reportIn, who } from "./report-in.mjs";
import { acceptWebSocket } from "./websocket.mjs";

export const port = Number(process.env.BENCH_PORT);
export const host = "127.0.0.1";

/** How many processes are to serve. */
export const count = Number(process.env.BENCH_NODES);

/** Tells the bench when it listens. */
export function makeServer() {
  const server = process.env.BENCH_TLS === "1" ? createSecureServer(certificate(), answer) : createServer(answer);
  server.on("upgrade", (request, socket) => acceptWebSocket(request, socket, who));
  server.on("listening", reportIn);
  return server;
}

function answer({ url }, response) {
  const body = bodyFor(url);
  response.writeHead(200, { "Content-Type": "text/plain", "Content-Length": body.length });
  response.end(body);
}

function certificate() {
  const file = (name) => readFileSync(new URL(`../../../test/fixtures/tls/${name}.pem`, import.meta.url));
  return { cert: file("cert"), key: file("key") };
}
