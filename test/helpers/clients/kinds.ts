// The kinds of load that every promise about lost requests is held to: which server, which client, which pace.
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { ClientRequest } from "node:http";
import { certificate } from "../certificate.js";
import { type Client, Load, type LoadOptions } from "../load.js";
import { ANSWER, DOWNLOAD, type ServerKind } from "./answers.js";
import { httpClient } from "./http.js";
import { http2Client } from "./http2.js";
import { webSocketClient } from "./websocket.js";

export interface Kind {
  /** What the fixture has to serve. */
  server: ServerKind;
  options?: LoadOptions;
  connect: (port: number, index: number) => Client;
}

const UPLOAD_SIZE = 16 * 1024;
const UPLOAD_CHUNKS = 4;

const ca = readFileSync(certificate.cert);
const fits = (body: Buffer): boolean => body.equals(Buffer.from(ANSWER));

export const kinds: Readonly<Record<string, Kind>> = {
  "http, fresh connections": { server: "http", connect: (port) => httpClient({ port, fits, keepAlive: false }) },
  "http, keep-alive": { server: "http", connect: (port) => httpClient({ port, fits }) },
  "http, keep-alive with pauses": {
    server: "http",
    options: { clients: 64, pause: () => Math.random() ** 2 * 6_000 },
    connect: (port) => httpClient({ port, fits }),
  },
  "http, responses that say keep-alive themselves": {
    server: "http",
    connect: (port) => httpClient({ port, fits, path: "/says-keep-alive" }),
  },
  https: {
    server: "https",
    connect: (port, index) => httpClient({ port, fits, ca, keepAlive: index % 2 === 0 }),
  },
  http2: {
    server: "http2",
    options: { clients: 2, width: 4 },
    connect: (port) => http2Client(port, ca, (body) => body === ANSWER),
  },
  "WebSocket echo": { server: "http", connect: webSocketClient },
  "16 KB uploads": { server: "http", connect: (port) => uploads(port, sendAtOnce) },
  "16 KB uploads in slow chunks": { server: "http", connect: (port) => uploads(port, sendSlowly) },
  "2 s downloads": {
    server: "http",
    options: { clients: 16 },
    connect: (port) => httpClient({ port, path: "/download", fits: (body) => body.equals(DOWNLOAD) }),
  },
};

export function loadOf({ connect, options }: Kind, port: number): Load {
  return new Load((index) => connect(port, index), options);
}

/** Some of each that one http server takes: for what is not about the kind of client. */
export const everyHttp: Kind = {
  server: "http",
  options: { clients: 8 },
  connect: (port, index) => {
    if (index % 4 === 0) return httpClient({ port, fits, keepAlive: false });
    if (index % 4 === 1) return httpClient({ port, fits });
    return index % 4 === 2 ? webSocketClient(port) : uploads(port, sendAtOnce);
  },
};

/** The server answers with the hash of what came. */
function uploads(port: number, send: (request: ClientRequest, body: Buffer) => void): Client {
  const body = randomBytes(UPLOAD_SIZE);
  const hash = createHash("sha256").update(body).digest("hex");
  return httpClient({
    port,
    path: "/upload",
    method: "POST",
    send: (request) => send(request, body),
    fits: (answer) => String(answer) === hash,
  });
}

function sendAtOnce(request: ClientRequest, body: Buffer): void {
  request.setHeader("Content-Length", body.length).end(body);
}

function sendSlowly(request: ClientRequest, body: Buffer): void {
  const size = body.length / UPLOAD_CHUNKS;
  let sent = 0;
  const timer = setInterval(() => {
    request.write(body.subarray(sent, sent + size));
    sent += size;
    if (sent < body.length) return;
    clearInterval(timer);
    request.end();
  }, 20);
  request.once("close", () => clearInterval(timer));
}
