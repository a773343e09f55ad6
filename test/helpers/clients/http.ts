// Strict HTTP/1.1 clients, plain and TLS: what was written and got no answer is an error, and nothing is sent twice.
import { limit } from "../deadline.js";
import {
  Agent,
  type ClientRequest,
  type IncomingMessage,
  request as requestHttp,
  type RequestOptions,
} from "node:http";
import { Agent as SecureAgent, request as requestHttps } from "node:https";
import type { Socket } from "node:net";
import type { Client } from "../load.js";
import { type Flight, WrongBody } from "../load-ledger.js";

export interface HttpClientOptions {
  port: number;
  path?: string;
  method?: "GET" | "POST";
  /** The certificate to trust; with it the client speaks TLS. */
  ca?: Buffer;
  /** Whether a connection is used again. Default: true. */
  keepAlive?: boolean;
  /** Writes the body of the request. */
  send?: (request: ClientRequest) => void;
  /** Whether this is the body that has to come. */
  fits: (body: Buffer) => boolean;
}

/** A connection stays with the process that accepted it. */
const owners = new WeakMap<Socket, number>();

/**
 * One connection at a time. The agent is Node's own: it drops an idle connection when the server ends it, or a second
 * before the server's own `Keep-Alive: timeout` is over.
 */
export function httpClient({
  port,
  path = "/",
  method = "GET",
  ca,
  keepAlive = true,
  ...rest
}: HttpClientOptions): Client {
  const ways = { keepAlive, maxSockets: 1, timeout: limit(10_000) };
  const agent = ca === undefined ? new Agent(ways) : new SecureAgent({ ...ways, ca });
  const options = { host: "127.0.0.1", port, path, method, agent } satisfies RequestOptions;
  return {
    request: (flight) => exchange(() => (ca === undefined ? requestHttp : requestHttps)(options), flight, rest),
    close: () => agent.destroy(),
  };
}

interface Answer {
  response: IncomingMessage;
  body: Buffer;
}

type Body = Pick<HttpClientOptions, "send" | "fits">;

async function exchange(open: () => ClientRequest, flight: Flight, { send, fits }: Body): Promise<void> {
  const { response, body } = await new Promise<Answer>((resolve, reject) => {
    const request = open();
    request.on("error", reject);
    request.on("socket", (socket) => {
      flight.pid = owners.get(socket);
    });
    request.on("response", (response) => {
      learn(flight, response);
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve({ response, body: Buffer.concat(chunks) })).on("error", reject);
    });
    if (send === undefined) request.end();
    else send(request);
  });
  if (response.statusCode === 200 && fits(body)) return;
  throw new WrongBody(`${response.statusCode}: ${body.subarray(0, 100)}`);
}

function learn(flight: Flight, { headers, socket }: IncomingMessage): void {
  flight.pid = Number(headers["x-pid"]);
  flight.version = headers["x-version"] as string | undefined;
  owners.set(socket, flight.pid);
}
