// The handshake of the mesh over real Unix sockets: what is accepted, what is not, and what becomes of the rest.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { LinkError } from "#src/errors.js";
import { greet, welcome } from "#src/mesh/greeting.js";
import type { Peer } from "#src/role.js";
import {
  encodeHello,
  STATUS_MALFORMED,
  STATUS_NOT_EXPECTED,
  STATUS_WRONG_TOKEN,
  STATUS_WRONG_VERSION,
} from "#src/wire/handshake.js";
import { within } from "../helpers/deadline.js";

const token = Buffer.alloc(32, 1);
const dialer: Peer = { id: "node-2", pid: 222, isMaster: false, since: 2_000 };
const TARGET = { id: "master", kind: "stream" } as const;
const anyone = { admit: () => Promise.resolve(true) };
const acceptor: Peer = { id: "master", pid: 111, isMaster: true, since: 1_000 };

test("both ends learn who the other is, and the bytes behind the handshake are the stream's", async (t) => {
  const [near, far] = await socketPair(t);
  const greeted = greet(near, TARGET, dialer, token);
  near.write("first ");
  near.write("bytes");
  const guest = await within(welcome(far, acceptor, token, anyone), "the hello comes");
  assert.deepEqual(guest, { peer: dialer, kind: "stream" });
  far.write("answer");
  assert.deepEqual(await within(greeted, "the answer comes"), acceptor);
  assert.equal(String((await once(near, "data"))[0]), "answer");
  let text = "";
  far.on("data", (chunk) => {
    text += chunk;
  });
  near.end();
  await within(once(far, "end"), "the stream ends");
  assert.equal(text, "first bytes");
});

test("a hello that comes byte by byte is accepted", async (t) => {
  const [near, far] = await socketPair(t);
  const welcomed = welcome(far, acceptor, token, anyone);
  for (const byte of hello(token)) {
    near.write(Buffer.of(byte));
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal((await within(welcomed, "the hello comes")).peer.id, "node-2");
});

test("what the connection is for is told", async (t) => {
  const [near, far] = await socketPair(t);
  const greeted = greet(near, { id: "master", kind: "link" }, dialer, token);
  const guest = await within(welcome(far, acceptor, token, anyone), "the hello comes");
  assert.deepEqual(guest, { peer: dialer, kind: "link" });
  assert.deepEqual(await within(greeted, "the answer comes"), acceptor);
});

for (const [what, bytes, status, code] of [
  ["a wrong token", hello(Buffer.alloc(32, 2)), STATUS_WRONG_TOKEN, "MN_ERR_HANDSHAKE_TOKEN"],
  ["a version that is not spoken", withByte(hello(token), 4, 9), STATUS_WRONG_VERSION, "MN_ERR_HANDSHAKE_VERSION"],
  ["an unknown kind", withByte(hello(token), 5, 9), STATUS_MALFORMED, "MN_ERR_HANDSHAKE"],
  ["something else altogether", Buffer.from("GET / HTTP/1.1\r\n\r\n"), STATUS_MALFORMED, "MN_ERR_HANDSHAKE"],
] as const) {
  test(`${what} is answered with its status and closed`, async (t) => {
    const [near, far] = await socketPair(t);
    near.write(bytes);
    await assert.rejects(
      welcome(far, acceptor, token, anyone),
      (error: LinkError) => error instanceof LinkError && error.code === code,
    );
    const [answer] = (await within(once(near, "data"), "an answer comes")) as [Buffer];
    assert.equal(answer[5], status);
    near.resume();
    await within(once(near, "close"), "the connection is closed");
  });
}

for (const [what, bytes, admit] of [
  ["an id that is not expected", hello(token), false],
  ["one that says it is the master", withByte(hello(token), 50, 1), true],
] as const) {
  test(`${what} is answered with its status and closed`, async (t) => {
    const [near, far] = await socketPair(t);
    near.write(bytes);
    const guests = { admit: () => Promise.resolve(admit) };
    await assert.rejects(welcome(far, acceptor, token, guests), { code: "MN_ERR_HANDSHAKE_ID" });
    const [answer] = (await within(once(near, "data"), "an answer comes")) as [Buffer];
    assert.deepEqual([answer.length, answer[5]], [6, STATUS_NOT_EXPECTED]);
    near.resume();
    await within(once(near, "close"), "the connection is closed");
  });
}

test("who answers as a node and says that it is the master, or the other way round, is no peer", async (t) => {
  for (const [id, self] of [
    ["node-1", acceptor],
    ["master", dialer],
  ] as const) {
    const [near, far] = await socketPair(t);
    welcome(far, self, token, anyone).catch(() => {});
    await assert.rejects(greet(near, { id, kind: "link" }, dialer, token), { code: "MN_ERR_HANDSHAKE" });
  }
});

test("a dialer that is refused learns why", async (t) => {
  const [near, far] = await socketPair(t);
  welcome(far, acceptor, Buffer.alloc(32, 2), anyone).catch(() => {});
  await assert.rejects(greet(near, TARGET, dialer, token), { code: "MN_ERR_HANDSHAKE_TOKEN" });
});

test("a half-open connection is closed when its time is over", async (t) => {
  const [near, far] = await socketPair(t);
  near.write(hello(token).subarray(0, 20));
  await assert.rejects(welcome(far, acceptor, token, anyone, 20), { code: "MN_ERR_HANDSHAKE_TIMEOUT" });
  near.resume();
  await within(once(near, "close"), "the connection is closed");
});

test("a connection that ends within the handshake is an error on both ends", async (t) => {
  const [near, far] = await socketPair(t);
  const greeted = greet(near, TARGET, dialer, token);
  far.destroy();
  await assert.rejects(greeted);
  const [one, other] = await socketPair(t);
  const welcomed = welcome(other, acceptor, token, anyone);
  one.end(hello(token).subarray(0, 20));
  await assert.rejects(welcomed, { code: "MN_ERR_HANDSHAKE" });
});

function hello(secret: Buffer): Buffer {
  return encodeHello({ kind: "stream", id: "node-2", pid: 222, since: 2_000, master: false }, secret);
}

function withByte(bytes: Buffer, at: number, value: number): Buffer {
  bytes[at] = value;
  return bytes;
}

async function socketPair(t: TestContext): Promise<[Socket, Socket]> {
  const folder = mkdtempSync(join(tmpdir(), "mn-pair-"));
  const server = createServer();
  server.listen(join(folder, "socket"));
  await once(server, "listening");
  const near = connect(join(folder, "socket")).on("error", () => {});
  const [far] = (await once(server, "connection")) as [Socket];
  far.on("error", () => {});
  t.after(() => {
    near.destroy();
    far.destroy();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return [near, far];
}
