// Connections of a program that has not listened yet: refused at the ports of its own service, and nowhere else.
import assert from "node:assert/strict";
import { once } from "node:events";
import net, { type AddressInfo, type Server, Socket } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { PortProbes } from "#src/node/port-probes.js";
import type { SocketInfo } from "#src/protocol.js";
import { temporaryFolder } from "../../helpers/environment.js";

const methods: { connect: unknown } = Socket.prototype;
const LOCAL = "127.0.0.1";

test("every way to connect there is refused, until the program listens", async (t) => {
  const { port, held } = await served(t, LOCAL);
  const { connect: original } = methods;
  const probes = new PortProbes([], () => false);
  await reached(net.connect(port, LOCAL));
  probes.add(held);
  const ways = [
    () => net.connect(port),
    () => net.connect({ port, host: LOCAL }),
    () => new Socket().connect(port, "localhost"),
    () => new Socket().connect({ port, host: "::ffff:127.0.0.1" }),
  ];
  for (const way of ways) {
    const [error] = (await once(way(), "error")) as [NodeJS.ErrnoException & { port: number }];
    assert.deepEqual([error.code, error.syscall, error.port], ["ECONNREFUSED", "connect", port]);
  }
  probes.end();
  assert.equal(methods.connect, original);
  await reached(net.connect(port, LOCAL));
});

test("not at other ports, at those that this process listens on, or at UDP ports", async (t) => {
  const [one, other] = [await served(t, LOCAL), await served(t, LOCAL)];
  const udp: SocketInfo = { key: "udp", address: { ...(other.held.address as AddressInfo), transport: "udp" } };
  const probes = new PortProbes([one.held, udp], (key) => key === one.held.key);
  for (const { port } of [one, other]) await reached(net.connect(port, LOCAL));
  probes.end();
});

test("a socket of every address is one of each of this machine's, and of no other machine's", async (t) => {
  const { port, held } = await served(t, LOCAL);
  const probes = new PortProbes([{ ...held, address: { address: "::", family: "IPv6", port } }], () => false);
  for (const host of [LOCAL, "127.0.0.2", "localhost", "::1"]) {
    const [error] = (await once(net.connect(port, host), "error")) as [NodeJS.ErrnoException];
    assert.equal(error.message, `connect ECONNREFUSED ${host}:${port}`);
  }
  const abroad = net.connect(port, "203.0.113.1");
  abroad.on("error", () => {}).destroy();
  await once(abroad, "close");
  probes.end();
});

test("a path is one however it is spelled", async (t) => {
  const path = join(temporaryFolder(t), "a.sock");
  const probes = new PortProbes([{ key: "path", address: path }], () => false);
  const [error] = (await once(net.connect(join(path, "..", ".", "a.sock")), "error")) as [NodeJS.ErrnoException];
  assert.equal(error.code, "ECONNREFUSED");
  probes.end();
});

async function served(t: TestContext, host: string): Promise<{ port: number; held: SocketInfo }> {
  const server: Server = net.createServer((socket) => socket.destroy()).listen(0, host);
  await once(server, "listening");
  t.after(() => server.close());
  const address = server.address() as AddressInfo;
  return { port: address.port, held: { key: `tcp:${host}:${address.port}`, address } };
}

async function reached(socket: Socket): Promise<void> {
  await once(socket, "connect");
  socket.destroy();
}
