// What stands in for a listening socket: a server on it serves what it is handed as if it had accepted that itself.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttp, type Server as HttpServer } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { HandedSocket } from "#src/serve/handed-socket.js";
import { adopt } from "#src/serve/server.js";
import { eventually, within } from "../../helpers/deadline.js";
import { duplexPair } from "../../helpers/duplex-pair.js";
import { FakeClient, LOCAL } from "../../helpers/fake-handles.js";
import { clientOf } from "../../helpers/socket-handles.js";
import { uncaughtErrors } from "../../helpers/uncaught.js";

const NOTHING = { firstBytes: undefined, proxied: undefined };
const PROXIED = { address: "2001:db8::7", family: "IPv6", port: 4711 };

test("a server listens on it, and says where the socket really is, for a path as little as on Node's own", async (t) => {
  for (const address of [LOCAL, "/run/service.sock"]) {
    const { socket, server } = await listen(t, createServer(), address);
    assert.deepEqual([server.listening, socket.isOpen], [true, true]);
    assert.deepEqual(server.address(), typeof address === "object" ? address : null);
  }
});

test("it is open while a server listens", async (t) => {
  assert.equal(new HandedSocket(LOCAL, () => {}).isOpen, false);
  const { socket, server } = await listen(t, createServer());
  const closed = once(server, "close");
  server.close();
  assert.equal(socket.isOpen, false);
  await within(closed, "the server says that it is closed");
});

test("what was read before comes first, and the rest behind it", async (t) => {
  const { socket } = await listen(t, echoServer());
  const client = await clientOf(t);
  socket.take({ ...NOTHING, handle: client.handle, firstBytes: Buffer.from("first ") });
  client.socket.end("second");
  assert.equal(await client.answer, "first second");
});

test("a server with pauseOnConnect gets what was read before when it likes", async (t) => {
  const { socket, server } = await listen(t, createServer({ pauseOnConnect: true }));
  const client = await clientOf(t);
  const connected = once(server, "connection");
  socket.take({ ...NOTHING, handle: client.handle, firstBytes: Buffer.from("first ") });
  const [accepted] = (await connected) as [Socket];
  assert.ok(accepted.isPaused());
  client.socket.end("second");
  accepted.pipe(accepted).resume();
  assert.equal(await client.answer, "first second");
});

test("a request whose head was read before is answered, its body and the next request too", async (t) => {
  const { socket } = await listen(t, echoOfBodies());
  const client = await clientOf(t);
  const firstBytes = Buffer.from("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello");
  socket.take({ ...NOTHING, handle: client.handle, firstBytes });
  client.socket.write("worldGET /b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  assert.match(await client.answer, /\/a helloworld[^]*\/b $/);
});

test("a proxy's client is the one at the other end", async (t) => {
  const { socket, server } = await listen(t, createServer());
  const client = await clientOf(t);
  const connected = once(server, "connection");
  socket.take({ handle: client.handle, firstBytes: undefined, proxied: PROXIED });
  const [accepted] = (await connected) as [Socket];
  const { remoteAddress: address, remoteFamily: family, remotePort: port } = accepted;
  assert.deepEqual({ address, family, port }, PROXIED);
  assert.equal(accepted.localAddress, "127.0.0.1");
  accepted.destroy();
});

test("a connection has ended once it is closed, whoever closed it", async (t) => {
  for (const side of ["client", "server"]) {
    const { socket, server, ended } = await listen(t, createServer());
    const client = await clientOf(t);
    const connected = once(server, "connection");
    socket.take({ ...NOTHING, handle: client.handle });
    const [accepted] = (await connected) as [Socket];
    assert.equal(ended(), 0);
    const closed = new Promise((resolve) => accepted.on("error", () => {}).on("close", resolve));
    if (side === "client") client.socket.resetAndDestroy();
    else accepted.destroy();
    await within(closed, "it is closed");
    assert.equal(ended(), 1);
  }
});

test("beyond the server's maxConnections a connection is dropped, as it would be without us, and has ended", async (t) => {
  const server = createServer();
  server.maxConnections = 1;
  const { socket, ended } = await listen(t, server);
  const [first, second, third] = [await clientOf(t), await clientOf(t), await clientOf(t)];
  const drops: unknown[] = [];
  server.on("drop", (drop) => drops.push(drop));
  for (const { handle } of [first, second]) socket.take({ ...NOTHING, handle });
  assert.deepEqual([await second.answer, drops.length, ended()], ["", 1, 1]);
  assert.equal(await connectionsOf(server), 1);
  first.socket.destroy();
  await eventually(() => ended() === 2, "the first one has ended");
  const connected = once(server, "connection");
  socket.take({ ...NOTHING, handle: third.handle });
  const [accepted] = (await connected) as [Socket];
  assert.equal(drops.length, 1);
  accepted.destroy();
});

test("a connection that the program gives its server itself is none of those that were handed over", async (t) => {
  const { server, ended } = await listen(t, createServer());
  const [own] = duplexPair();
  server.emit("connection", own);
  const closed = once(own, "close");
  own.destroy();
  await within(closed, "it is closed");
  assert.equal(ended(), 0);
});

test("a listener of the program's that throws is no business of the next connection", async (t) => {
  const { socket, server, ended } = await listen(t, createServer());
  const errors = uncaughtErrors(t);
  server.once("connection", (accepted) => {
    accepted.destroy();
    throw new Error("the program's");
  });
  const [first, second] = [await clientOf(t), await clientOf(t)];
  setImmediate(() => socket.take({ ...NOTHING, handle: first.handle }));
  await first.answer;
  const connected = once(server, "connection");
  socket.take({ ...NOTHING, handle: second.handle, firstBytes: Buffer.from("mine") });
  const [accepted] = (await connected) as [Socket];
  assert.deepEqual([errors, ended(), String(accepted.read())], [["the program's"], 1, "mine"]);
  accepted.destroy();
});

test("nothing of a connection stays with the server", async (t) => {
  const { socket, server } = await listen(t, createServer());
  const before = server.listenerCount("connection");
  const client = await clientOf(t);
  socket.take({ ...NOTHING, handle: client.handle });
  server.maxConnections = 1;
  socket.take({ ...NOTHING, handle: new FakeClient() });
  assert.equal(server.listenerCount("connection"), before);
  client.socket.destroy();
});

async function listen(
  t: TestContext,
  server: Server,
  address: ConstructorParameters<typeof HandedSocket>[0] = LOCAL,
): Promise<{ socket: HandedSocket; server: Server; ended: () => number }> {
  let count = 0;
  const socket = new HandedSocket(address, () => {
    count += 1;
  });
  t.after(() => server.close());
  await adopt(server, socket, 511);
  return { socket, server, ended: () => count };
}

function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve) => server.getConnections((_error, count) => resolve(count)));
}

function echoServer(): Server {
  return createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
}

function echoOfBodies(): HttpServer {
  return createHttp(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    response.end(`${request.url} ${body}`);
  });
}
