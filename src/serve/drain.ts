// Draining one server: accept no more, finish what is in flight, let idle clients go, then cut at the deadline.
import type { ServerResponse } from "node:http";
import type { Http2Session } from "node:http2";
import { Server, type Socket } from "node:net";
import type { Connections } from "./connections.js";

/** Milliseconds for which an idle connection stays open: a request may be on its way. */
const IDLE_GRACE = 1_000;
/** The highest stream id there is: a GOAWAY that names it refuses nothing yet (RFC 9113, 6.8). */
const LAST_STREAM_ID = 2 ** 31 - 1;

/** Resolves when the last connection is gone; soon after `signal` aborts at the latest, as that cuts what is open. */
export async function drain(server: Server, connections: Connections, signal: AbortSignal): Promise<void> {
  const closed = stopAccepting(server);
  const idle = new Set<Socket | Http2Session>();
  connections.onRequest = (socket, response) => {
    idle.delete(socket);
    askToClose(response);
  };
  for (const responses of connections.http1.values()) responses.forEach(askToClose);
  letGo(connections, idle);
  const sweep = setInterval(() => letGo(connections, idle), IDLE_GRACE);
  signal.addEventListener("abort", () => cut(connections));
  if (signal.aborted) cut(connections);
  await closed;
  clearInterval(sweep);
  connections.release();
}

/** http.Server.close() would cut idle connections at once, with requests on their way; net.Server's does not. */
function stopAccepting(server: Server): Promise<void> {
  if (!server.listening) return Promise.resolve();
  return new Promise((resolve) => {
    Server.prototype.close.call(server, () => resolve());
  });
}

/** Ends the connections that were idle at the last call and have been since; remembers those that are idle now. */
function letGo(connections: Connections, idle: Set<Socket | Http2Session>): void {
  for (const [socket, responses] of connections.http1) {
    if (responses.size > 0) idle.delete(socket);
    else if (idle.has(socket)) socket.destroySoon();
    else idle.add(socket);
  }
  for (const session of connections.http2) {
    if (idle.has(session)) session.close();
    else if (!session.destroyed) session.goaway(0, LAST_STREAM_ID);
    idle.add(session);
  }
}

function askToClose(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader("Connection", "close");
}

function cut(connections: Connections): void {
  for (const socket of [...connections.http1.keys(), ...connections.others]) socket.destroy();
  for (const session of connections.http2) session.destroy();
}
