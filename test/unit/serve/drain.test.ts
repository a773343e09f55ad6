// Draining a server: what is in flight is finished, what is idle is let go, what is left at the deadline is cut.
import assert from "node:assert/strict";
import { channel } from "node:diagnostics_channel";
import { once } from "node:events";
import http, { type ServerResponse } from "node:http";
import http2 from "node:http2";
import net, { type AddressInfo, type Server, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { Connections } from "#src/serve/connections.js";
import { ResponseTimes } from "#src/serve/response-times.js";
import { drain } from "#src/serve/drain.js";
import { within } from "../../helpers/deadline.js";

/** What a server without a `keepAliveTimeout` of its own gives an idle connection. */
const GRACE = 5_000;
const LONG = 60_000;

test("a request in flight is answered, and its connection ends with the answer", async (t) => {
  const { server, client, response } = await inFlight(t);
  const drained = draining(server);
  assert.equal(drained.isDone(), false);
  response.end("late but whole");
  const answer = await rest(client);
  assert.match(answer, /^HTTP\/1.1 200 /);
  assert.match(answer, /\r\nConnection: close\r\n/);
  assert.match(answer, /late but whole/);
  await drained.done();
});

test("an answer whose head is sent already is finished, and its connection let go as an idle one", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { server, client, response } = await inFlight(t);
  response.write("first half, ");
  const drained = draining(server);
  const answer = rest(client);
  t.mock.timers.tick(GRACE);
  await once(response.end("second half"), "close");
  t.mock.timers.tick(GRACE);
  assert.match(await answer, /first half, .*second half/s);
  await drained.done();
});

test("an idle connection stays for a grace, and a request that comes within is answered as the last", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { server, client, response } = await inFlight(t);
  response.end("first");
  await once(client, "data");
  const drained = draining(server);
  client.write(REQUEST);
  const [, second] = (await once(server.server, "request")) as [unknown, ServerResponse];
  t.mock.timers.tick(GRACE);
  assert.equal(client.readableEnded, false, "it is not idle");
  second.end("second");
  assert.match(await rest(client), /\r\nConnection: close\r\n.*second/s);
  await drained.done();
});

test("a connection that is idle for the whole grace is ended", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const server = await listening(t, http.createServer({ keepAliveTimeout: 0 }));
  const accepted = once(server.server, "connection");
  const client = await connectTo(t, server);
  await accepted;
  const drained = draining(server);
  await new Promise(setImmediate);
  assert.equal(drained.isDone(), false);
  t.mock.timers.tick(GRACE);
  assert.equal(await rest(client), "");
  await drained.done();
});

test("what is still in flight at the deadline is cut", async (t) => {
  const { server, client } = await inFlight(t);
  const drained = draining(server);
  drained.abort();
  await drained.done();
  assert.equal(await rest(client), "");
});

test("a deadline that is over already cuts at once", async (t) => {
  const { server } = await inFlight(t);
  await within(
    drain(server.server, server.connections, { timeout: LONG, idle: null, servers: "close" }, AbortSignal.abort()),
    "the drain ends",
  );
});

test("a request in flight is answered though the program has closed its server itself", async (t) => {
  const { server, client, response } = await inFlight(t);
  server.server.close();
  const drained = draining(server);
  await new Promise(setImmediate);
  assert.equal(drained.isDone(), false, "a request is in flight");
  response.end("late but whole");
  assert.match(await rest(client), /late but whole/);
  await drained.done();
});

test("a connection of no known protocol is the program's to end, until the deadline", async (t) => {
  const server = await listening(t, net.createServer());
  const accepted = once(server.server, "connection") as Promise<[Socket]>;
  const client = await connectTo(t, server);
  const [socket] = await accepted;
  const drained = draining(server);
  socket.write("still here");
  await once(client, "data");
  assert.equal(drained.isDone(), false);
  drained.abort();
  await drained.done();
});

test("an upgraded connection is no idle one", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const server = await listening(t, http.createServer({ keepAliveTimeout: 0 }));
  const upgraded = new Promise<Socket>((resolve) => {
    server.server.on("upgrade", (_request, socket: Socket) => resolve(socket));
  });
  const client = await connectTo(t, server);
  client.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n");
  const socket = await upgraded;
  const drained = draining(server);
  t.mock.timers.tick(GRACE);
  socket.write("still here");
  const [data] = (await once(client, "data")) as [Buffer];
  assert.equal(String(data), "still here");
  drained.abort();
  await drained.done();
});

test("a session of HTTP/2 finishes its streams and then ends", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const server = await listening(t, http2.createServer());
  const asked = once(server.server, "stream") as Promise<[http2.ServerHttp2Stream]>;
  const session = http2.connect(`http://127.0.0.1:${portOf(server.server)}`);
  t.after(() => session.destroy());
  const request = session.request({ ":path": "/" });
  const [stream] = await asked;
  const drained = draining(server);
  t.mock.timers.tick(GRACE);
  stream.end("whole");
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += chunk;
  assert.equal(body, "whole");
  await drained.done();
});

test("a server that nobody is connected with is drained at once, and so is one that never listened", async (t) => {
  await draining(await listening(t, http.createServer())).done();
  const server = http.createServer();
  await draining({ server, connections: new Connections(server, new ResponseTimes()) }).done();
});

test("nothing of the watch is left behind", async (t) => {
  const { server, client, response } = await inFlight(t);
  response.end();
  const drained = draining(server);
  client.destroy();
  await drained.done();
  for (const name of ["http.server.request.start", "http.server.response.finish"]) {
    assert.equal(channel(name).hasSubscribers, false, name);
  }
});

const REQUEST = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

interface Watched {
  server: Server;
  connections: Connections;
}

async function listening(t: TestContext, server: Server): Promise<Watched> {
  const connections = new Connections(server, new ResponseTimes());
  t.after(() => {
    server.close();
    connections.release();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { server, connections };
}

async function connectTo(t: TestContext, { server }: Watched): Promise<Socket> {
  const client = net.connect(portOf(server), "127.0.0.1").on("error", () => {});
  t.after(() => client.destroy());
  await once(client, "connect");
  return client;
}

/** A server with one request that waits for its answer; no time-out of its own ends what is idle. */
async function inFlight(t: TestContext): Promise<{ server: Watched; client: Socket; response: ServerResponse }> {
  const server = await listening(t, http.createServer({ keepAliveTimeout: 0 }));
  const asked = once(server.server, "request") as Promise<[unknown, ServerResponse]>;
  const client = await connectTo(t, server);
  client.write(REQUEST);
  const [, response] = await asked;
  return { server, client, response };
}

interface Draining {
  isDone(): boolean;
  done(): Promise<void>;
  abort(): void;
}

function draining({ server, connections }: Watched): Draining {
  const cut = new AbortController();
  let isDone = false;
  const done = (async () => {
    await drain(server, connections, { timeout: LONG, idle: null, servers: "close" }, cut.signal);
    isDone = true;
  })();
  return {
    isDone: () => isDone,
    done: () => within(done, "the drain ends"),
    abort: () => cut.abort(),
  };
}

/** All that still comes. */
async function rest(client: Socket): Promise<string> {
  const all = (async () => {
    let text = "";
    for await (const chunk of client) text += String(chunk);
    return text;
  })();
  return within(
    all.catch(() => ""),
    "the connection ends",
  );
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
