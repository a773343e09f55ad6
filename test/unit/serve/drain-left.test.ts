// Draining the servers of a program that ends itself: what HTTP has in flight is finished, all else is left to the program.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import http, { type ServerResponse } from "node:http";
import http2 from "node:http2";
import https from "node:https";
import net, { type AddressInfo, type Server, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import tls from "node:tls";
import { Service } from "#src/serve/service.js";
import { Asked } from "../../helpers/asked.js";
import { certificate } from "../../helpers/certificate.js";
import { within } from "../../helpers/deadline.js";

const LONG = 60_000;
const secrets = { cert: readFileSync(certificate.cert), key: readFileSync(certificate.key) };
const REQUEST = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const UPGRADE = "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n";

test("nobody is accepted any more, though to the program the server listens until it closes it", async (t) => {
  const { server, port, end } = await serve(t, http.createServer());
  const address = server.address();
  await end();
  await assert.rejects(once(net.connect(port, "127.0.0.1"), "connect"), { code: "ECONNREFUSED" });
  assert.deepEqual([server.listening, server.address()], [true, address]);
  await once(server.close(), "close");
  assert.deepEqual([server.listening, server.address()], [false, null]);
});

test("an answer in flight is waited for", async (t) => {
  const { server, port, end } = await serve(t, http.createServer());
  const client = talk(t, net.connect(port, "127.0.0.1"), REQUEST);
  const [, response] = (await once(server, "request")) as [unknown, ServerResponse];
  const ended = end();
  assert.equal(await isDone(ended), false);
  response.end("whole");
  assert.match(await rest(client), /\r\nConnection: close\r\n.*whole/s);
  await ended;
});

for (const [kind, make, open] of [
  ["http", () => http.createServer(), (port: number) => net.connect(port, "127.0.0.1")],
  [
    "https",
    () => https.createServer(secrets),
    (port: number) => tls.connect({ port, ca: secrets.cert, host: "127.0.0.1" }),
  ],
] as const) {
  test(`${kind}: an upgraded connection is left, an idle one beside it is let go`, async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const { server, port, end } = await serve(t, make());
    server.on("upgrade", (_request, socket: Socket) => socket.write("HTTP/1.1 101 Switching Protocols\r\n\r\n"));
    server.on("request", (_request, response: ServerResponse) => response.end("first"));
    const upgraded = talk(t, open(port), UPGRADE);
    const idle = talk(t, open(port), REQUEST);
    await Promise.all([once(upgraded, "data"), once(idle, "data")]);
    const ended = end();
    assert.equal(await isDone(ended), false);
    t.mock.timers.tick(5_000);
    await once(idle, "end");
    await ended;
    assert.equal(upgraded.destroyed, false);
    upgraded.destroy();
  });
}

test("what is upgraded while all else is over is left too", async (t) => {
  const { server, port, end } = await serve(t, http.createServer());
  const client = talk(t, net.connect(port, "127.0.0.1"), "");
  await once(server, "connection");
  const ended = end();
  assert.equal(await isDone(ended), false);
  server.on("upgrade", () => {});
  client.write(UPGRADE);
  await ended;
  assert.equal(client.destroyed, false);
});

test("a client within its TLS handshake may still ask", async (t) => {
  const { server, port, end } = await serve(t, https.createServer(secrets));
  const plain = net.connect(port, "127.0.0.1");
  await once(server, "connection");
  const ended = end();
  assert.equal(await isDone(ended), false);
  server.on("request", (_request, response: ServerResponse) => response.end("whole"));
  const client = talk(t, tls.connect({ socket: plain, ca: secrets.cert, host: "127.0.0.1" }), REQUEST);
  assert.match(await rest(client), /whole/);
  await ended;
});

test("HTTP/2 streams are waited for", async (t) => {
  const { server, port, end } = await serve(t, http2.createServer());
  const session = http2.connect(`http://127.0.0.1:${port}`);
  const request = session.request({ ":path": "/" });
  const [, response] = (await once(server, "request")) as [unknown, http2.Http2ServerResponse];
  const ended = end();
  assert.equal(await isDone(ended), false);
  response.end("whole");
  const [text] = (await once(request, "data")) as [Buffer];
  assert.equal(String(text), "whole");
  await ended;
  session.destroy();
});

for (const [kind, make] of [
  ["net", () => net.createServer()],
  ["tls", () => tls.createServer(secrets)],
] as const) {
  test(`${kind}: of a protocol that nobody knows here, the program knows the end`, async (t) => {
    const { server, port, end } = await serve(t, make());
    const client = net.connect(port, "127.0.0.1");
    t.after(() => client.destroy());
    await once(server, "connection");
    await end();
    assert.equal(client.destroyed, false);
  });
}

test("at the deadline what was left is cut", async (t) => {
  const { server, port, end } = await serve(t, net.createServer());
  const client = net.connect(port, "127.0.0.1").on("error", () => {});
  await once(server, "connection");
  await end(1);
  await within(once(client, "close"), "it is cut");
});

test("the server keeps its process alive until it is closed, if it did", async (t) => {
  const { server, end } = await serve(t, net.createServer());
  const before = timeouts();
  await end();
  assert.equal(timeouts(), before + 1);
  server.unref();
  assert.equal(timeouts(), before);
  server.ref();
  assert.equal(timeouts(), before + 1);
  server.close();
  assert.equal(timeouts(), before);
  const other = await serve(t, net.createServer().unref());
  await other.end();
  assert.equal(timeouts(), before);
});

interface Served {
  server: Server;
  port: number;
  end: (timeout?: number) => Promise<void>;
}

async function serve(t: TestContext, server: Server): Promise<Served> {
  const service = new Service();
  service.watch(server);
  await once(server.listen(0, "127.0.0.1"), "listening");
  t.after(() => {
    if (server.listening) server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    server,
    port,
    end: (timeout = LONG) => service.end({ timeout, idle: null, servers: "leave", log: () => {} }, async () => {}),
  };
}

function talk<Client extends Socket>(t: TestContext, client: Client, text: string): Client {
  t.after(() => client.destroy());
  client.on("error", () => {}).write(text);
  return client;
}

async function rest(client: Socket): Promise<string> {
  let text = "";
  for await (const chunk of client) text += String(chunk);
  return text;
}

async function isDone(promise: Promise<void>): Promise<boolean> {
  const asked = new Asked(promise);
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
  return asked.outcome === "done";
}

/** How many timers keep this process alive. */
function timeouts(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
}
