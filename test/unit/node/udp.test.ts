// UDP in a hosted program: what node:dgram asks for through node:cluster's seam, and what it is given.
import assert from "node:assert/strict";
import { createSocket, type Socket, type SocketOptions } from "node:dgram";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { ReadyGate } from "#src/node/ready-gate.js";
import { makeUdpHandle, udpAddress, udpHandleOf } from "#src/serve/udp-handles.js";
import { replaceProperty } from "../../helpers/environment.js";
import { freePort } from "../../helpers/free-port.js";
import { HostingWorld, turns } from "../../helpers/hosting-world.js";

const address = "127.0.0.1";
const KEY = "udp4:127.0.0.1:5353";
const IPV6_ONLY = 1;
const REUSE = 4;

test("each kind of address is asked for by its name, with its flags", async (t) => {
  const world = new HostingWorld(t);
  make(t).bind({ port: 5353, address });
  make(t).bind(0, address);
  make(t, { type: "udp4", reuseAddr: true }).bind(5354, address);
  make(t, { type: "udp6", ipv6Only: true }).bind(5355, "::1");
  make(t).bind({ fd: 7 });
  await asked(world, 5);
  const told = world.sent.map((message) => (message.type === "bind" ? [message.key, message.port] : []));
  assert.deepEqual(Object.fromEntries(told), {
    "fd:7": { fd: 7, backlog: 0 },
    [`udp4:${address}!reuse:5354#1`]: udp("udp4", 5354, REUSE),
    [`udp4:${address}:0#1`]: udp("udp4", 0),
    [KEY]: udp("udp4", 5353),
    "udp6:::1!6:5355": { udp: { type: "udp6", address: "::1", port: 5355, flags: IPV6_ONLY } },
  });
});

test("a socket receives on what it is given, is watched and told of, and the node serves", async (t) => {
  const world = new HostingWorld(t);
  const socket = bind(t, 5353);
  const [bound] = await Promise.all([world.giveUdp(KEY), once(socket, "listening")]);
  assert.deepEqual([socket.address(), world.watchedUdp, world.told], [plain(bound), [socket], [bound]]);
  socket.send("hello", bound.port, address);
  const [text] = (await once(socket, "message")) as [Buffer];
  assert.equal(String(text), "hello");
  await turns();
  assert.equal(world.serving, "yes");
});

test("with waitReady nothing is received before the program says that it is ready", async (t) => {
  replaceProperty(t, process, "send", () => true);
  const gate = new ReadyGate(({ message }) => assert.fail(message));
  const world = new HostingWorld(t, { gate });
  const socket = bind(t, 5353);
  const [{ port }] = await Promise.all([world.giveUdp(KEY), once(socket, "listening")]);
  const received: string[] = [];
  socket.on("message", (text) => received.push(String(text)));
  await new Promise((resolve) => make(t).send("early", port, address, resolve));
  await turns();
  assert.deepEqual(received, []);
  process.send?.("ready");
  await once(socket, "message");
  assert.deepEqual(received, ["early"]);
});

test("what was inherited is not asked for", async (t) => {
  const handle = makeUdpHandle("udp4");
  handle.bind(address, 0, 0);
  const bound = udpAddress(handle);
  const world = new HostingWorld(t, { known: [{ key: KEY, address: bound, fd: handle.fd }], expected: [KEY] });
  const socket = bind(t, 5353);
  await once(socket, "listening");
  assert.deepEqual([socket.address(), world.sent], [plain(bound), []]);
});

test("what the master cannot bind is the error that Node gives, and the socket can be bound anew", async (t) => {
  const world = new HostingWorld(t);
  const socket = bind(t, 5353);
  const failed = once(socket, "error") as Promise<[NodeJS.ErrnoException]>;
  await asked(world, 1);
  await world.refuse(KEY, "EADDRINUSE");
  const [error] = await failed;
  assert.deepEqual(
    [error.code, error.syscall, error.message],
    ["EADDRINUSE", "bind", `bind EADDRINUSE ${address}:5353`],
  );
  socket.bind(5353, address);
  await asked(world, 2);
  await Promise.all([world.giveUdp(KEY), once(socket, "listening")]);
});

test("where the program does not listen for errors, the master is told", async (t) => {
  replaceProperty(t, process, "listenerCount", () => 0);
  const world = new HostingWorld(t);
  const socket = createSocket("udp4").bind(5353, address);
  t.after(() => socket.close());
  await asked(world, 1);
  await world.refuse(KEY, "EACCES");
  await turns();
  assert.deepEqual(world.failed, ["EACCES it is"]);
});

test("a socket that is closed before it has its port does not listen, and the port is free", async (t) => {
  const world = new HostingWorld(t);
  const socket = bind(t, 5353);
  socket.on("listening", () => assert.fail("it listens"));
  await asked(world, 1);
  socket.close();
  await world.giveUdp(KEY);
  await turns();
  bind(t, 5353);
  await asked(world, 2);
  assert.deepEqual([world.told, world.watchedUdp], [[], []]);
});

test("one program cannot bind a port twice, but with reuseAddr, and free ports are counted", async (t) => {
  const world = new HostingWorld(t);
  bind(t, 5353);
  const [error] = (await once(bind(t, 5353), "error")) as [NodeJS.ErrnoException];
  assert.equal(error.code, "EADDRINUSE");
  for (let count = 0; count < 2; count++) {
    bind(t, 5354, { type: "udp4", reuseAddr: true });
    bind(t, 0);
  }
  await asked(world, 5);
  assert.deepEqual(keys(world).sort(), [
    `udp4:${address}!reuse:5354#1`,
    `udp4:${address}!reuse:5354#2`,
    `udp4:${address}:0#1`,
    `udp4:${address}:0#2`,
    KEY,
  ]);
});

test("a free port that was closed is used again by its name", async (t) => {
  const world = new HostingWorld(t);
  for (const count of [1, 2]) {
    const socket = createSocket("udp4").bind(0, address);
    await asked(world, count);
    await Promise.all([world.giveUdp(`udp4:${address}:0#1`), once(socket, "listening")]);
    await once(socket.close(), "close");
  }
  assert.deepEqual(keys(world), [`udp4:${address}:0#1`, `udp4:${address}:0#1`]);
});

test("without a port it is one of this process alone, and no reason to serve", async (t) => {
  const world = new HostingWorld(t);
  const sockets = [createSocket("udp4").bind(), createSocket("udp4").bind({ address })];
  await Promise.all(sockets.map((socket) => once(socket, "listening")));
  const [one, other] = sockets as [Socket, Socket];
  assert.notEqual(one.address().port, other.address().port);
  await turns();
  assert.deepEqual([world.sent, world.serving], [[], "not yet"]);
  for (const socket of sockets) socket.close();
});

test("an exclusive one is left to Node, by the program's word or the user's", async (t) => {
  const [port, taken] = [await freePort(), createSocket("udp4")];
  await once(taken.bind({ port: 0, address, exclusive: true }), "listening");
  const world = new HostingWorld(t, { exclusive: [port, taken.address().port] });
  const socket = bind(t, port);
  await once(socket, "listening");
  assert.deepEqual([world.sent, world.told], [[], [{ address, family: "IPv4", port, transport: "udp" }]]);
  const [error] = (await once(bind(t, taken.address().port), "error")) as [NodeJS.ErrnoException];
  assert.deepEqual([error.code, world.without], ["EADDRINUSE", []]);
  replaceProperty(t, process, "listenerCount", () => 0);
  const silent = createSocket("udp4").bind(taken.address().port, address);
  while (world.without.length === 0) await turns();
  silent.close();
  assert.deepEqual(world.without, [taken.address().port]);
  taken.close();
});

function make(t: TestContext, options: SocketOptions = { type: "udp4" }): Socket {
  const socket = createSocket(options).on("error", () => {});
  t.after(() => {
    if (udpHandleOf(socket) !== undefined) socket.close();
  });
  return socket;
}

function bind(t: TestContext, port: number, options?: SocketOptions): Socket {
  return make(t, options).bind(port, address);
}

/** node:dgram looks addresses up before it asks. */
async function asked(world: HostingWorld, count: number): Promise<void> {
  while (world.sent.length < count) await turns();
}

function keys(world: HostingWorld): string[] {
  return world.sent.map((message) => (message.type === "bind" ? message.key : message.type));
}

function udp(type: string, port: number, flags = 0): object {
  return { udp: { type, address, port, flags } };
}

/** As a socket tells it. */
function plain({ address: at, family, port }: ReturnType<typeof udpAddress>): object {
  return { address: at, family, port };
}
