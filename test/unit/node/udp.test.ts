// UDP in a hosted program: what node:dgram asks for through node:cluster's seam.
import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import { HostingWorld, turns } from "../../helpers/hosting-world.js";

const address = "127.0.0.1";

test("a free port is bound, at the address that was asked for, and serves", async (t) => {
  const world = new HostingWorld(t);
  const sockets = [createSocket("udp4"), createSocket("udp4")];
  for (const socket of sockets) await once(socket.bind({ port: 0, address }), "listening");
  const [one, other] = sockets as [Socket, Socket];
  assert.notEqual(one.address().port, other.address().port);
  other.send("hello", one.address().port, address);
  const [text] = (await once(one, "message")) as [Buffer];
  assert.equal(String(text), "hello");
  assert.deepEqual([world.sent, world.serving], [[], "not yet"]);
  for (const socket of sockets) await once(socket.close(), "close");
});

test("an address that is not this machine's is an error of the socket", async (t) => {
  const world = new HostingWorld(t);
  const socket = createSocket("udp4").bind({ port: 0, address: "203.0.113.1" });
  const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
  assert.equal(error.code, "EADDRNOTAVAIL");
  assert.deepEqual(world.sent, []);
  socket.close();
});

test("a fixed port is refused, and nothing is bound", async (t) => {
  const world = new HostingWorld(t);
  const socket = createSocket("udp4").bind({ port: 5_353, address });
  const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
  assert.deepEqual([error.code, error.name], ["MN_ERR_UDP", "MultiNodeError"]);
  assert.match(error.message, /^UDP port 5353: /);
  await turns();
  assert.deepEqual(world.failed, []);
  socket.close();
});

test("so is a descriptor", async (t) => {
  const world = new HostingWorld(t);
  const socket = createSocket("udp4").bind({ fd: 7 });
  const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
  assert.deepEqual([error.code, world.sent], ["MN_ERR_UDP", []]);
});

test("without a port it is a free one, without an address every one", async (t) => {
  const world = new HostingWorld(t);
  const socket = createSocket("udp4");
  await once(socket.bind(), "listening");
  assert.ok(socket.address().port > 0);
  assert.deepEqual([socket.address().address, world.sent], ["0.0.0.0", []]);
  socket.close();
});

test("an exclusive one is left to Node", async (t) => {
  const world = new HostingWorld(t);
  const socket = createSocket("udp4");
  await once(socket.bind({ port: 0, address, exclusive: true }), "listening");
  assert.deepEqual(world.sent, []);
  socket.close();
});
