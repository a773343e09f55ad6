// Accepting from a held socket: it listens once, gives on what came, and lets go once.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Acceptor } from "#src/serve/acceptor.js";
import type { ClientHandle } from "#src/serve/handles.js";
import { FakeAcceptor, FakeClient } from "../../helpers/fake-handles.js";

test("it does not listen by itself, and listens only once", () => {
  const { acceptor, handle } = make();
  assert.deepEqual(handle.backlogs, []);
  acceptor.listen();
  acceptor.listen();
  assert.deepEqual(handle.backlogs, [511]);
});

test("each connection is given on; what was gone before it was accepted is not", () => {
  const { handle, clients } = make();
  const client = handle.accept(new FakeClient());
  handle.onconnection?.(-103, undefined);
  handle.onconnection?.(-24, undefined);
  handle.onconnection?.(0, undefined);
  assert.deepEqual(clients, [client]);
});

test("what the system says against listening is an error with its code, and it may be tried again", () => {
  const { acceptor, handle } = make();
  handle.status = -98;
  assert.throws(() => acceptor.listen(), { code: "EADDRINUSE", syscall: "listen", message: "listen EADDRINUSE" });
  handle.status = 0;
  acceptor.listen();
  assert.equal(handle.backlogs.length, 2);
});

test("it is closed once, and listens no more", () => {
  const { acceptor, handle } = make();
  acceptor.close();
  acceptor.close();
  acceptor.listen();
  assert.deepEqual([handle.closed, handle.backlogs], [1, []]);
});

function make(): { acceptor: Acceptor; handle: FakeAcceptor; clients: ClientHandle[] } {
  const handle = new FakeAcceptor();
  const clients: ClientHandle[] = [];
  return { handle, clients, acceptor: new Acceptor(handle, 511, (client) => clients.push(client)) };
}
