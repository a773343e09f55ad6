// Sockets that a process was started with: descriptors for a hosted program, and what an old master hands over.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { HANDOVER_VARIABLE, type Handover } from "#src/master/handover.js";
import { bindHandle, type BoundHandle, type SocketHandle } from "#src/serve/handles.js";
import { makeUdpHandle, udpAddress } from "#src/serve/udp-handles.js";
import { temporaryFolder } from "../../helpers/environment.js";

const FD = 3;

test("a hosted program has each descriptor that is a socket, once", async (t) => {
  const { handle, address } = bound(t);
  const seen = await inProcess(
    handle,
    `const inherited = new InheritedSockets("hosted");
    const port = { fd: ${FD}, backlog: 511 };
    return [inherited.take("fd:3", port)?.address, inherited.take("fd:3", port), inherited.take("fd:0", { fd: 0 })];`,
  );
  assert.deepEqual(seen, [address, null, null]);
});

test("a Unix socket is known by its path", async (t) => {
  const path = join(temporaryFolder(t), "a.sock");
  const handle = bindHandle(path, -1, -1, 0) as BoundHandle;
  t.after(() => handle.close());
  const take = `return new InheritedSockets("hosted").take("fd:3", { fd: ${FD}, backlog: 511 })?.address;`;
  assert.equal(await inProcess(handle, take), path);
});

test("a UDP socket is one too, for who asks for its number or for its address", async (t) => {
  const handle = makeUdpHandle("udp4");
  t.after(() => handle.close());
  handle.bind("127.0.0.1", 0, 0);
  const address = udpAddress(handle);
  const byNumber = `return new InheritedSockets("hosted").take("fd:3", { fd: ${FD}, backlog: 0 })?.address;`;
  assert.deepEqual(await inProcess(handle, byNumber), address);
  const byAddress = `
    const inherited = new InheritedSockets("hosted");
    const port = { port: ${address.port}, host: "127.0.0.1" };
    const udp = { type: "udp4", address: "127.0.0.1", port: ${address.port}, flags: 0 };
    return [inherited.take("a", port), inherited.take("b", { udp })?.address, inherited.take("c", { udp })];`;
  assert.deepEqual(await inProcess(handle, byAddress, undefined, "LISTEN"), [null, address, null]);
});

test("another program has none of them", async (t) => {
  const take = `return new InheritedSockets("own").take("fd:3", { fd: ${FD}, backlog: 511 });`;
  assert.equal(await inProcess(bound(t).handle, take), null);
});

test("what is handed over is held before anybody asks, where only the program knows what it wants", async (t) => {
  const { handle, address } = bound(t);
  const key = "tcp:127.0.0.1:0#1";
  const sockets = [{ key, address, fd: FD }];
  const hold = (programs: string): string => `
    const heard = [];
    const sockets = new Sockets("${programs}", { onHeld: ({ key }, backlog) => heard.push([key, backlog]) });
    sockets.takeOver();
    const held = sockets.held.map(({ key, address }) => ({ key, address }));
    const same = (await sockets.hold("${key}", { port: 0 })) === sockets.held[0];
    sockets.closeUnused();
    return [held, heard, same, sockets.held.length];`;
  const hosted = await inProcess(handle, hold("hosted"), sockets);
  assert.deepEqual(hosted, [[{ key, address }], [[key, 511]], true, 1]);
  const own = await inProcess(handle, hold("own"), sockets);
  assert.deepEqual(own, [[], [[key, null]], true, 1]);
});

test("what systemd has given stays there for a hosted program, which may always ask for it", async (t) => {
  const { handle, address } = bound(t);
  const take = (programs: string): string => `
    const inherited = new InheritedSockets("${programs}");
    inherited.closeRest();
    return inherited.take("any", { port: ${address.port}, host: undefined })?.address;`;
  assert.deepEqual(await inProcess(handle, take("hosted"), undefined, "LISTEN"), address);
  assert.equal(await inProcess(handle, take("own"), undefined, "LISTEN"), null);
});

function bound(t: TestContext): { handle: BoundHandle; address: AddressInfo } {
  const handle = bindHandle("127.0.0.1", 0, 4, 0) as BoundHandle;
  t.after(() => handle.close());
  const address = {} as AddressInfo;
  handle.getsockname?.(address);
  return { handle, address };
}

/** What the code returns in a process that is started with the socket as descriptor 3. */
async function inProcess(
  handle: SocketHandle,
  code: string,
  sockets?: Handover["sockets"],
  systemd?: "LISTEN",
): Promise<unknown> {
  const program = `
    if (${systemd === "LISTEN"}) Object.assign(process.env, { LISTEN_PID: process.pid, LISTEN_FDS: 1 });
    const { InheritedSockets } = await import(${JSON.stringify(import.meta.resolve("#src/master/inherited.js"))});
    const { Sockets } = await import(${JSON.stringify(import.meta.resolve("#src/master/sockets.js"))});
    process.send((await (async () => { ${code} })()) ?? null, () => process.exit());`;
  const handover = sockets && { [HANDOVER_VARIABLE]: JSON.stringify({ master: process.pid, sockets }) };
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "inherit", "inherit", handle.fd, "ipc"],
    env: { ...process.env, ...handover },
  });
  const [message] = (await once(child, "message")) as [unknown];
  return message;
}
