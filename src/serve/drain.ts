// Draining one server: accept no more, finish what is in flight, let idle clients go, then cut at the deadline.
import { Server } from "node:net";
import type { IdleLimit } from "../protocol.js";
import type { Connections } from "./connections.js";
import { stopAccepting } from "./server.js";

/** Milliseconds for which an idle connection stays open where its server promises no time of its own. */
const IDLE_GRACE = 5_000;

export interface DrainOptions {
  /** Milliseconds after which what is open is cut. */
  timeout: number;
  idle: IdleLimit;
  /** Whether the servers are closed, or left for the program to close, with all connections but those of HTTP. */
  servers: "close" | "leave";
}

/**
 * Resolves when the last connection is gone that is not left; soon after `signal` aborts at the latest, as that cuts what is open, which
 * it does after `timeout` milliseconds or sooner.
 */
export async function drain(
  server: Server,
  connections: Connections,
  { timeout, idle, servers }: DrainOptions,
  signal: AbortSignal,
): Promise<void> {
  // http.Server.close() would cut idle connections at once, with requests on their way; net.Server's does not.
  if (servers === "close") Server.prototype.close.call(server);
  else stopAccepting(server);
  // What comes on an idle connection at its last moment has the other half of the time for its answer.
  const drained = connections.drain(Math.min(graceOf(server), idle ?? timeout, timeout / 2));
  signal.addEventListener("abort", () => connections.cut());
  if (signal.aborted) connections.cut();
  await (servers === "close" ? drained : connections.answered);
  connections.release();
}

/**
 * A client that was told `Keep-Alive: timeout=5` may send its next request as late as that, and none later: only after
 * this time can a connection be ended without a request on its way.
 */
function graceOf(server: Server): number {
  const { keepAliveTimeout = 0 } = server as { keepAliveTimeout?: number };
  return keepAliveTimeout > 0 ? keepAliveTimeout : IDLE_GRACE;
}
