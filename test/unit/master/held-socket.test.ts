// Binding an address for good: every kind that there is, and an error of its own for each thing that goes wrong.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import net, { type AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { BindError } from "#src/errors.js";
import { type HeldSocket, hold } from "#src/master/held-socket.js";
import { InheritedSockets } from "#src/master/inherited.js";
import { checkPortOptions, type PortOptions } from "#src/port-options.js";
import { adopt } from "#src/serve/server.js";
import { identify } from "#src/serve/socket-file.js";
import { temporaryFolder } from "../../helpers/environment.js";
import { abandonSocket, listenOn } from "../../helpers/unix-sockets.js";
import { whyLowPortsAreFree } from "../../helpers/low-ports.js";

const HAS_IPV6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === "::1"));
const LOOPBACK = "127.0.0.1";

test("port 0 is a free port, which the address tells", async (t) => {
  const { key, address, handle, file } = await bind(t, { port: 0, host: LOOPBACK });
  const { port, ...where } = address as AddressInfo;
  assert.deepEqual(where, { address: LOOPBACK, family: "IPv4" });
  assert.ok(port > 0);
  assert.ok(handle.fd > 2);
  assert.deepEqual([key, file], ["key", undefined]);
});

test("without a host it is every address, of both families where there are two", async (t) => {
  const held = await bind(t, { port: 0 });
  assert.equal((held.address as AddressInfo).address, HAS_IPV6 ? "::" : "0.0.0.0");
  await serve(t, held);
  await reaches(held, LOOPBACK);
  if (HAS_IPV6) await reaches(held, "::1");
});

test("ipv6Only leaves IPv4 out", { skip: !HAS_IPV6 && "this machine has no IPv6" }, async (t) => {
  const held = await bind(t, { port: 0, ipv6Only: true });
  await serve(t, held);
  await reaches(held, "::1");
  await assert.rejects(reaches(held, LOOPBACK), { code: "ECONNREFUSED" });
});

test("a host name is resolved", async (t) => {
  const { address } = await bind(t, { port: 0, host: "localhost" });
  assert.ok([LOOPBACK, "::1"].includes((address as AddressInfo).address));
});

test("a port in use", async (t) => {
  const server = net.createServer().listen(0, LOOPBACK);
  t.after(() => server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await fails({ port, host: LOOPBACK }, "MN_ERR_PORT_IN_USE", "EADDRINUSE", [
    `port ${port} of ${LOOPBACK} is in use by another program; end that one or choose another`,
  ]);
});

test("a host that has no address", async () => {
  const error = await failure({ port: 0, host: "no-such-host.invalid" });
  assert.equal(error.code, "MN_ERR_HOST_NOT_FOUND");
  assert.equal(error.message, "host no-such-host.invalid has no address");
  assert.match((error.cause as NodeJS.ErrnoException).code ?? "", /^(ENOTFOUND|EAI_AGAIN)$/);
});

test("an address that is not this machine's", async () => {
  await fails({ port: 0, host: "192.0.2.1" }, "MN_ERR_BIND", "EADDRNOTAVAIL", [
    "cannot listen on port 0 of 192.0.2.1: EADDRNOTAVAIL",
  ]);
});

test("a port that this user may not have", { skip: whyPortsAreFree() }, async () => {
  await fails({ port: 80, host: LOOPBACK }, "MN_ERR_NO_PERMISSION", "EACCES", [
    `no permission to listen on port 80 of ${LOOPBACK}`,
  ]);
});

test("the file of a Unix socket is known by what it is", async (t) => {
  const path = join(temporaryFolder(t), "web.sock");
  const held = await bind(t, { path });
  assert.equal(held.address, path);
  assert.deepEqual(held.file, identify(path));
  assert.ok(held.file);
});

test("a path in use", async (t) => {
  const path = join(temporaryFolder(t), "web.sock");
  await listenOn(t, net.createServer(), path);
  await fails({ path }, "MN_ERR_PORT_IN_USE", "EADDRINUSE", [
    `path ${path} is in use by another program; end that one or choose another`,
  ]);
  assert.ok(identify(path), "its file stays");
});

test("a path that another service holds, whose nodes do not accept yet, is in use", async (t) => {
  const path = join(temporaryFolder(t), "web.sock");
  const { file } = await bind(t, { path });
  await fails({ path }, "MN_ERR_PORT_IN_USE", "EADDRINUSE", []);
  assert.deepEqual(identify(path), file);
});

test("a path whose server was killed is taken over", async (t) => {
  const path = join(temporaryFolder(t), "web.sock");
  await abandonSocket(path);
  const { file } = await bind(t, { path });
  assert.deepEqual(file, identify(path));
});

test("a file of another kind is left as it is", async (t) => {
  const path = join(temporaryFolder(t), "notes");
  writeFileSync(path, "mine");
  await fails({ path }, "MN_ERR_PORT_IN_USE", "EADDRINUSE", []);
  assert.equal(readFileSync(path, "utf8"), "mine");
});

test("a path too long for a Unix socket is an error on every version of Node, never another path", async (t) => {
  const folder = temporaryFolder(t);
  const error = await failure({ path: join(folder, "x".repeat(108)) });
  assert.equal(error.code, "MN_ERR_BIND");
  assert.deepEqual(readdirSync(folder), []);
});

test("a path in a folder that there is not is no matter of permission", async (t) => {
  const path = join(temporaryFolder(t), "no-such", "web.sock");
  assert.equal((await failure({ path })).code, "MN_ERR_BIND");
  assert.ok(!existsSync(path));
});

test("closing lets the port go", async (t) => {
  const held = await hold("key", checkPortOptions({ port: 0, host: LOOPBACK }), new InheritedSockets());
  held.close();
  const { port } = held.address as AddressInfo;
  const server = net.createServer().listen(port, LOOPBACK);
  t.after(() => server.close());
  await once(server, "listening");
});

async function bind(t: TestContext, options: PortOptions): Promise<HeldSocket> {
  const held = await hold("key", checkPortOptions(options), new InheritedSockets());
  t.after(() => held.close());
  return held;
}

async function serve(t: TestContext, { handle }: HeldSocket): Promise<void> {
  const server = net.createServer((socket) => socket.end());
  t.after(() => server.close());
  await adopt(server, { handle }, 511);
}

async function reaches({ address }: HeldSocket, host: string): Promise<void> {
  const socket = net.connect((address as AddressInfo).port, host);
  await once(socket, "connect");
  await once(socket.resume(), "close");
}

async function fails(options: PortOptions, code: string, causeCode: string, messages: string[]): Promise<void> {
  const error = await failure(options);
  assert.deepEqual([error.code, (error.cause as NodeJS.ErrnoException).code], [code, causeCode], error.message);
  assert.equal((error.cause as NodeJS.ErrnoException).syscall, "bind");
  for (const message of messages) assert.equal(error.message, message);
}

/** The error, where there has to be one; a socket that was bound all the same is let go. */
async function failure(options: PortOptions): Promise<BindError> {
  let error: unknown = `${JSON.stringify(options)} was bound`;
  try {
    (await hold("key", checkPortOptions(options), new InheritedSockets())).close();
  } catch (thrown) {
    error = thrown;
  }
  assert.ok(error instanceof BindError, String(error));
  return error;
}

function whyPortsAreFree(): string | false {
  return process.getuid?.() === 0 ? "root may have every port" : whyLowPortsAreFree();
}
