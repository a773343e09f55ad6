// The sockets of a node by their names: inherited, sent, accepted from by the master, or refused.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { BindError } from "#src/errors.js";
import { Intake } from "#src/node/intake.js";
import { NodeSockets, RefusedError } from "#src/node/node-sockets.js";
import type { Port } from "#src/port-options.js";
import { type Boot, isToUsage, type ToMaster } from "#src/protocol.js";
import { HandedSocket } from "#src/serve/handed-socket.js";
import { LOCAL } from "../../helpers/fake-handles.js";

const KEY = "tcp:*:80";
const PORT: Port = { port: 80, host: undefined, ipv6Only: false, backlog: 511 };
const REFUSED = { code: "MN_ERR_PORT_IN_USE", message: "port 80 is in use", system: "EADDRINUSE", ours: ["tcp:*:80"] };
const SOCKET = { key: KEY, address: LOCAL };

test("what was inherited is there at once, and asked for when it is wanted once more", () => {
  const { sockets, sent } = make([{ ...SOCKET, fd: 4 }]);
  assert.deepEqual(sockets.take(KEY, PORT), { fd: 4 });
  assert.equal(sockets.ports.address(KEY), LOCAL);
  assert.ok(sockets.take(KEY, PORT) instanceof Promise, "a descriptor serves once");
  assert.deepEqual(sent, [{ type: "bind", key: KEY, port: PORT }]);
});

test("what was known without a descriptor is accepted from by the master", () => {
  const { sockets, sent } = make([SOCKET]);
  assert.ok(sockets.take(KEY, PORT) instanceof HandedSocket);
  assert.deepEqual(sent, []);
});

test("what is sent is had by the name that was asked for, and known by both", async () => {
  const { sockets } = make();
  const taken = sockets.take(KEY, PORT);
  const handle = new Handle();
  sockets.onSocket({ type: "socket", key: KEY, socket: { ...SOCKET, key: "tcp:*:0#1" } }, handle);
  assert.deepEqual(await taken, { handle });
  assert.deepEqual([sockets.ports.address(KEY), sockets.heldAs(KEY)], [LOCAL, "tcp:*:0#1"]);
  assert.equal(sockets.heldAs("another"), "another");
});

test("the master accepts where it says so", async () => {
  const { sockets } = make();
  const taken = sockets.take(KEY, PORT);
  sockets.onHandedSocket({ type: "handed-socket", key: KEY, socket: SOCKET });
  assert.ok((await taken) instanceof HandedSocket);
});

test("a refusal rejects with the master's words and the system's code", async () => {
  const { sockets, sent } = make();
  const taken = sockets.take(KEY, PORT) as Promise<unknown>;
  sockets.onRefused({ type: "no-socket", key: KEY, ...REFUSED });
  await assert.rejects(taken, (error) => {
    assert.ok(error instanceof RefusedError && error instanceof BindError);
    assert.deepEqual(
      [error.code, error.message, error.system, error.ours, error.name],
      ["MN_ERR_PORT_IN_USE", "port 80 is in use", "EADDRINUSE", ["tcp:*:80"], "BindError"],
    );
    return true;
  });
  void (sockets.take(KEY, PORT) as Promise<unknown>).catch(() => {});
  assert.equal(sent.length, 2, "the next one asks anew");
});

test("all that a node has: what it took, and what nobody listens on", () => {
  const { sockets } = make([
    { ...SOCKET, fd: 4 },
    { key: "path:a", address: "a", file: { dev: 1, ino: 2 }, fd: 5 },
  ]);
  void sockets.take(KEY, PORT);
  assert.deepEqual(sockets.all.map(({ key }) => key).toSorted(), ["path:a", KEY]);
});

class Handle {
  readonly fd = 9;
  closed = 0;

  close(): void {
    this.closed += 1;
  }
}

function make(known: Boot["sockets"] = []): { sockets: NodeSockets; sent: ToMaster[] } {
  const sent: ToMaster[] = [];
  const send = (message: ToMaster): void => {
    if (!isToUsage(message)) sent.push(message);
  };
  const sockets = new NodeSockets(known, new Intake(send), send);
  // Whoever waits for a socket keeps the process alive.
  after(() => {
    for (const message of sent)
      if (message.type === "bind") sockets.onRefused({ type: "no-socket", ...REFUSED, key: message.key });
  });
  return { sent, sockets };
}
