// What a node asks of the master to listen on: each request is answered once, also where a handle gets lost.
import assert from "node:assert/strict";
import { fstatSync, openSync } from "node:fs";
import { test } from "node:test";
import { Intake } from "#src/node/intake.js";
import { NodeSockets } from "#src/node/node-sockets.js";
import { checkPortOptions } from "#src/port-options.js";
import type { Boot, ToMaster } from "#src/protocol.js";
import { FakeAcceptor, LOCAL } from "../../helpers/fake-handles.js";

const KEY = "tcp:*:80";
const PORT = checkPortOptions({ port: 80 });
const SOCKET = { type: "socket", key: KEY, socket: { key: KEY, address: LOCAL } } as const;
const SENT = { type: "socket-sent", key: KEY } as const;

test("a socket that was sent and is not there is refused for want of descriptors", async () => {
  const { sockets, sent } = start();
  const asked = sockets.take(KEY, PORT);
  assert.deepEqual(sent, [{ type: "bind", key: KEY, port: PORT }]);
  sockets.onSent(SENT);
  await assert.rejects(Promise.resolve(asked), { name: "BindError", code: "MN_ERR_BIND", system: "EMFILE" });
});

test("one that is there is not, and neither is the next one of its name", async () => {
  const { sockets } = start();
  const asked = sockets.take(KEY, PORT);
  const [handle, other] = [new FakeAcceptor(), new FakeAcceptor()];
  sockets.onSocket(SOCKET, handle);
  const again = sockets.take(KEY, PORT);
  sockets.onSent(SENT);
  assert.deepEqual(await asked, { handle });
  sockets.onSocket(SOCKET, other);
  sockets.onSent(SENT);
  assert.deepEqual(await again, { handle: other });
});

test("after one that came, one may get lost", async () => {
  const { sockets } = start();
  void sockets.take(KEY, PORT);
  sockets.onSocket(SOCKET, new FakeAcceptor());
  sockets.onSent(SENT);
  const asked = sockets.take(KEY, PORT);
  sockets.onSent(SENT);
  await assert.rejects(Promise.resolve(asked), { system: "EMFILE" });
});

test("a socket that nobody has asked for is closed", () => {
  const { sockets } = start();
  const handle = new FakeAcceptor();
  sockets.onSocket(SOCKET, handle);
  sockets.onSent(SENT);
  assert.equal(handle.closed, 1);
});

test("the master hears what is listened on and closed, by its own names", () => {
  const { sockets, sent } = start();
  const [held, number] = freePortByBothNames(sockets);
  sockets.onHandedSocket({ type: "handed-socket", key: held, socket: { key: held, address: LOCAL } });
  sockets.release(held);
  void sockets.take(number, PORT);
  sockets.onHandedSocket({ type: "handed-socket", key: number, socket: { key: held, address: LOCAL } });
  sockets.release(number);
  assert.deepEqual(
    sent.filter(({ type }) => type !== "bind"),
    ["listening", "closed", "listening", "closed"].map((type) => ({ type, key: held })),
  );
});

for (const way of ["sent", "handed over"]) {
  test(`a free port that this process listens on is refused by its number, ${way}, and stays listened on`, async () => {
    const { sockets, sent } = start();
    const [held, number] = freePortByBothNames(sockets);
    const socket = { key: held, address: LOCAL };
    const give = (key: string, handle: FakeAcceptor): void => {
      if (way === "sent") sockets.onSocket({ type: "socket", key, socket }, handle);
      else sockets.onHandedSocket({ type: "handed-socket", key, socket });
    };
    give(held, new FakeAcceptor());
    const asked = sockets.take(number, PORT);
    const second = new FakeAcceptor();
    give(number, second);
    await assert.rejects(Promise.resolve(asked), { code: "MN_ERR_PORT_IN_USE", system: "EADDRINUSE" });
    assert.equal(second.closed, way === "sent" ? 1 : 0);
    assert.deepEqual(sent.at(-1), { type: "listening", key: held });
  });
}

test("what was inherited of a socket that the master lets go is closed", () => {
  const fd = openSync("/dev/null", "r");
  const { sockets } = start([{ key: KEY, address: LOCAL, fd }]);
  sockets.onReleased(KEY);
  assert.throws(() => fstatSync(fd), { code: "EBADF" });
  assert.deepEqual(sockets.all, []);
});

/** Claims a free port and asks for it, and claims the same port by its number. */
function freePortByBothNames(sockets: NodeSockets): [held: string, number: string] {
  const held = sockets.ports.claim(checkPortOptions({ port: 0 }));
  void sockets.take(held, PORT);
  return [held, sockets.ports.claim(PORT)];
}

function start(known: Boot["sockets"] = []): { sockets: NodeSockets; sent: ToMaster[] } {
  const sent: ToMaster[] = [];
  const send = (message: ToMaster): void => void sent.push(message);
  return { sockets: new NodeSockets(known, new Intake(send), send), sent };
}
