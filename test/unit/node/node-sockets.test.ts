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

test("the master hears what is listened on and closed, by its own names, and of a free port once it is closed by each", () => {
  const { sockets, sent } = start();
  const held = sockets.ports.claim(checkPortOptions({ port: 0 }));
  const number = sockets.ports.claim(PORT);
  void sockets.take(held, PORT);
  void sockets.take(number, PORT);
  for (const key of [held, number])
    sockets.onHandedSocket({ type: "handed-socket", key, socket: { key: held, address: LOCAL } });
  sockets.release(held);
  const told = (): ToMaster[] => sent.filter(({ type }) => type !== "bind");
  assert.deepEqual(told(), [
    { type: "listening", key: held },
    { type: "listening", key: held },
  ]);
  sockets.release(number);
  assert.deepEqual(told().at(-1), { type: "closed", key: held });
});

test("what was inherited of a socket that the master lets go is closed", () => {
  const fd = openSync("/dev/null", "r");
  const { sockets } = start([{ key: KEY, address: LOCAL, fd }]);
  sockets.onReleased(KEY);
  assert.throws(() => fstatSync(fd), { code: "EBADF" });
  assert.deepEqual(sockets.all, []);
});

function start(known: Boot["sockets"] = []): { sockets: NodeSockets; sent: ToMaster[] } {
  const sent: ToMaster[] = [];
  const send = (message: ToMaster): void => void sent.push(message);
  return { sockets: new NodeSockets(known, new Intake(send), send), sent };
}
