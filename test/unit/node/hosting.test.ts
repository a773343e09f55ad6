// What a hosted program listens on, and when it serves: with a master that the test plays.
import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { type BoundHandle, bindHandle } from "#src/serve/handles.js";
import { replaceProperty, temporaryFolder } from "../../helpers/environment.js";
import { freePort } from "../../helpers/free-port.js";
import { HostingWorld, turns } from "../../helpers/hosting-world.js";

const KEY = "tcp:127.0.0.1:0#1";
const SECOND = "tcp:127.0.0.1:0#2";
const HOST = "127.0.0.1";
/** After which a server is no trial. */
const TRIAL_MS = 100;

test("every kind of place is asked for by its name, with what net was told", async (t) => {
  const world = new HostingWorld(t);
  world.listen({ port: 8000, backlog: 7 });
  world.listen({ port: 8001, host: HOST });
  world.listen({ port: 8002, host: "::1", ipv6Only: true, backlog: 0 });
  world.listen({ path: "a.sock", backlog: 9 });
  world.listen({ fd: 3 });
  await turns();
  assert.deepEqual(world.sent, [
    bind("tcp:*:8000", { port: 8000, host: undefined, ipv6Only: false, backlog: 7 }),
    bind("path:a.sock", { path: "a.sock", backlog: 9 }),
    bind("fd:3", { fd: 3, backlog: 511 }),
    bind("tcp:127.0.0.1:8001", { port: 8001, host: HOST, ipv6Only: false, backlog: 511 }),
    bind("tcp:::1!6:8002", { port: 8002, host: "::1", ipv6Only: true, backlog: 511 }),
  ]);
});

test("a server listens on what it is given, is watched and told of, and the node serves", async (t) => {
  const world = new HostingWorld(t);
  const server = world.listen({ port: 0, host: HOST });
  assert.equal(server.address(), null);
  await Promise.all([once(server, "listening"), world.give(KEY)]);
  assert.deepEqual([world.watched, world.told], [[server], [server.address()]]);
  await turns();
  assert.equal(world.serving, "yes");
});

test("what was inherited is not asked for", async (t) => {
  const { fd, address } = inheritable();
  const world = new HostingWorld(t, { known: [{ key: KEY, address, fd }], expected: [KEY] });
  const server = world.listen({ port: 0, host: HOST });
  await once(server, "listening");
  assert.deepEqual([server.address(), world.sent], [address, []]);
});

test("where the master accepts, a server listens once it does, and the node says then that it takes connections", async (t) => {
  const world = new HostingWorld(t);
  const server = world.listen({ port: 8000, host: HOST });
  await turns();
  const address = { address: HOST, family: "IPv4", port: 8000 };
  const socket = { key: KEY, address };
  world.sockets.onHandedSocket({ type: "handed-socket", key: "tcp:127.0.0.1:8000", socket });
  await turns();
  assert.deepEqual([server.address(), world.sent.slice(1)], [null, [{ type: "accept", key: KEY }]]);
  world.intake.onOpened(KEY);
  await once(server, "listening");
  assert.deepEqual(server.address(), address);
  assert.deepEqual(world.sent.slice(2), [{ type: "open", key: KEY }]);
});

test("a server that is closed gives its place back, one that is open does not", async (t) => {
  const world = new HostingWorld(t);
  const first = world.listen({ path: "a.sock" });
  await Promise.all([once(first, "listening"), world.give("path:a.sock")]);
  const second = world.listen({ path: "a.sock" });
  const [error] = (await once(second, "error")) as [NodeJS.ErrnoException];
  assert.equal(error.code, "EADDRINUSE");
  await once(first.close(), "close");
  second.listen({ path: "a.sock" });
  await turns();
  assert.equal(world.sent.length, 2);
});

test("a server that is closed before it has its socket does not listen, and its place is free", async (t) => {
  const world = new HostingWorld(t);
  const server = world.listen({ path: "a.sock" });
  server.on("listening", () => assert.fail("it listens"));
  server.close();
  await world.give("path:a.sock");
  await turns();
  world.listen({ path: "a.sock" });
  await turns();
  assert.deepEqual([world.sent.length, world.told], [2, []]);
});

test("nor does it hear that there is none", async (t) => {
  const world = new HostingWorld(t);
  const server = world.listen({ port: 8000 });
  server.on("error", () => assert.fail("it is told"));
  server.close();
  await world.refuse("tcp:*:8000", "EADDRINUSE");
  await turns();
  assert.deepEqual(world.failed, []);
});

test("a second listen() is refused while the first waits for its socket, and after a refusal the server listens again", async (t) => {
  const world = new HostingWorld(t);
  const server = world.listen({ port: 8000 });
  assert.throws(() => server.listen({ port: 8000 }), { code: "ERR_SERVER_ALREADY_LISTEN" });
  const failed = once(server, "error");
  await world.refuse("tcp:*:8000", "EACCES");
  await failed;
  assert.equal(server.listening, false);
  server.listen({ port: 8000 });
  await turns();
  assert.equal(world.sent.length, 2);
});

test("who listens for errors hears of what cannot be had; for who does not, the master has the word", async (t) => {
  const world = new HostingWorld(t);
  const heard = world.listen({ port: 8000 });
  const error = once(heard, "error") as Promise<[NodeJS.ErrnoException]>;
  await world.refuse("tcp:*:8000", "EACCES");
  const [{ code, syscall }] = await error;
  assert.deepEqual([code, syscall, world.failed], ["EACCES", "listen", []]);
  // The runner of the tests listens for what nobody catches.
  replaceProperty(t, process, "listenerCount", () => 0);
  world.listen({ port: 8001 });
  await world.refuse("tcp:*:8001", "EADDRINUSE");
  await turns();
  assert.deepEqual(world.failed, ["EADDRINUSE it is"]);
});

test("a handle that got lost on its way is an error, and no promise that nobody keeps", async (t) => {
  const world = new HostingWorld(t);
  const server = world.listen({ port: 8000 });
  const error = once(server, "error") as Promise<[NodeJS.ErrnoException]>;
  world.sockets.onSent({ type: "socket-sent", key: "tcp:*:8000" });
  assert.equal((await error)[0].code, "EMFILE");
});

test("a port that is left to Node is not asked for, and counts as any other", async (t) => {
  const port = await freePort();
  const world = new HostingWorld(t, { exclusive: [port] });
  await once(world.listen({ port, host: HOST }), "listening");
  await once(world.listen({ port: 0, host: HOST, exclusive: true }), "listening");
  await turns();
  assert.deepEqual([world.sent, world.watched.length, world.serving], [[], 2, "yes"]);
});

test("one that another process has ends no program that does not listen for that", async (t) => {
  const other = net.createServer().listen({ port: 0, host: HOST, exclusive: true });
  await once(other, "listening");
  t.after(() => other.close());
  const { port } = other.address() as net.AddressInfo;
  const world = new HostingWorld(t, { exclusive: [port] });
  world.listen({ port, host: HOST });
  await turns();
  assert.deepEqual([world.without, world.serving], [[port], "not yet"]);
  const [error] = (await once(world.listen({ port, host: HOST }), "error")) as [NodeJS.ErrnoException];
  assert.deepEqual([error.code, world.without], ["EADDRINUSE", [port]]);
});

test("what this package listens on itself is none of the program's", async (t) => {
  const folder = temporaryFolder(t);
  const world = new HostingWorld(t, { folder });
  const server = net.createServer().listen({ path: join(folder, "node-1"), exclusive: true });
  await once(server, "listening");
  await turns();
  assert.deepEqual([world.watched, world.serving], [[], "not yet"]);
  server.close();
});

test("a node serves once it listens on all that others do", async (t) => {
  const world = new HostingWorld(t, { expected: [KEY, SECOND] });
  await world.open(KEY);
  assert.equal(world.serving, "not yet");
  await world.open(SECOND);
  assert.equal(world.serving, "yes");
});

test("or on some of it for five seconds, from the first on", async (t) => {
  const world = new HostingWorld(t, { expected: [KEY, SECOND, "path:c"] });
  t.mock.timers.enable({ apis: ["setTimeout"] });
  await world.open(KEY);
  t.mock.timers.tick(4_000);
  await world.open(SECOND);
  t.mock.timers.tick(999);
  await turns();
  assert.equal(world.serving, "not yet");
  t.mock.timers.tick(1);
  await turns();
  assert.equal(world.serving, "yes");
});

test("a server that is closed at once was to find a port: the node does not serve yet", async (t) => {
  const world = new HostingWorld(t);
  const server = world.listen({ port: 0, host: HOST }, () => server.close());
  await Promise.all([once(server, "close"), world.give(KEY)]);
  await turns();
  assert.equal(world.serving, "not yet");
  await world.open(SECOND);
  assert.equal(world.serving, "yes");
});

test("sockets of its own alone are not enough where others have more", async (t) => {
  const world = new HostingWorld(t, { expected: [KEY] });
  t.mock.timers.enable({ apis: ["setTimeout"] });
  await once(world.listen({ port: 0, host: HOST, exclusive: true }), "listening");
  await turns();
  t.mock.timers.tick(60_000);
  await turns();
  assert.equal(world.serving, "not yet");
});

test("a listen() of this package counts too", async (t) => {
  const world = new HostingWorld(t, { expected: [KEY] });
  world.hosting.onListening(KEY);
  await turns();
  assert.equal(world.serving, "yes");
});

function bind(key: string, port: object): object {
  return { type: "bind", key, port };
}

test("a program that looks whether a port is free finds that it is where other nodes have it, and hears of nothing", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const world = new HostingWorld(t);
  const server = world.listen({ port: 8000, host: HOST });
  const listening = once(server, "listening");
  await world.refuse("tcp:127.0.0.1:8000", "EADDRINUSE", ["tcp:*:8000"]);
  await listening;
  assert.deepEqual(server.address(), { address: HOST, family: "IPv4", port: 8000 });
  await once(server.close(), "close");
  t.mock.timers.tick(TRIAL_MS);
  await turns();
  assert.deepEqual([world.failed, world.told, world.watched, world.serving], [[], [], [], "not yet"]);
});

test("one that goes on listening there hears that the port is in use", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const world = new HostingWorld(t);
  const server = world.listen({ port: 8000 });
  const listening = once(server, "listening");
  await world.refuse("tcp:*:8000", "EADDRINUSE", ["tcp:127.0.0.1:8000"]);
  await listening;
  assert.deepEqual(server.address(), { address: "::", family: "IPv6", port: 8000 });
  const failed = once(server, "error") as Promise<[NodeJS.ErrnoException]>;
  t.mock.timers.tick(TRIAL_MS);
  assert.equal((await failed)[0].code, "EADDRINUSE");
  assert.equal(server.listening, false);
});

test("one that listens elsewhere instead, and on nothing that its predecessor does, does not come to serve", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const world = new HostingWorld(t, { expected: ["tcp:*:8000"] });
  const server = world.listen({ port: 8000, host: HOST });
  const [listening, failed] = [once(server, "listening"), once(server, "error")];
  await world.refuse("tcp:127.0.0.1:8000", "EADDRINUSE", ["tcp:*:8000"]);
  await listening;
  t.mock.timers.tick(TRIAL_MS);
  await failed;
  await world.open(KEY);
  t.mock.timers.tick(5_000);
  await turns();
  assert.equal(world.serving, "not yet");
  assert.match(world.failed.join(), /^EADDRINUSE it is; the program listens elsewhere instead/);
});

test("one that listens elsewhere without having tried serves after five seconds", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const world = new HostingWorld(t, { expected: ["tcp:*:8000"] });
  await world.open(KEY);
  t.mock.timers.tick(5_000);
  await turns();
  assert.deepEqual([world.serving, world.failed], ["yes", []]);
});

test("one that listens there itself hears so at once", async (t) => {
  const world = new HostingWorld(t);
  await world.open(KEY);
  const server = world.listen({ port: 8000 });
  const failed = once(server, "error") as Promise<[NodeJS.ErrnoException]>;
  await world.refuse("tcp:*:8000", "EADDRINUSE", [KEY]);
  assert.equal((await failed)[0].code, "EADDRINUSE");
});

/** A descriptor as a node inherits one, and where it is bound; whoever listens on it closes it. */
function inheritable(): { fd: number; address: net.AddressInfo } {
  const handle = bindHandle(HOST, 0, 4, 0) as BoundHandle;
  const address = {} as net.AddressInfo;
  handle.getsockname?.(address);
  return { fd: handle.fd, address };
}
