// Places in a mesh, all in one process: who gets a stream to whom, who gets nothing, and what an end leaves.
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { endpoint } from "#src/mesh/endpoint.js";
import { Mesh } from "#src/mesh/mesh.js";
import { Roster } from "#src/mesh/roster.js";
import type { Peer } from "#src/role.js";
import { within } from "../../helpers/deadline.js";
import { temporaryFolder } from "../../helpers/environment.js";
import { abandonSocket } from "../../helpers/unix-sockets.js";

const TOKEN = Buffer.alloc(32, 7);

test("each process gets one stream to each other one, and each knows the other", async (t) => {
  const folder = temporaryFolder(t);
  const roster = new Roster();
  const places = ["master", "node-1", "node-2", "node-3"].map((id) => place(t, folder, id));
  for (const { mesh, self } of places) {
    await mesh.open();
    await Promise.all(roster.join(self.id).map((id) => mesh.dial(id)));
  }
  for (const { self, until, streams, mesh } of places) {
    await until(3);
    const others = places.filter((other) => other.self !== self).map((other) => other.self);
    assert.deepEqual(sorted(streams.map(([, peer]) => peer)), sorted(others));
    assert.deepEqual(sorted(mesh.peers), sorted(others));
  }
});

test("a stream carries bytes both ways, those too that come right behind the handshake", async (t) => {
  const { a, b } = await pair(t, (stream) => stream.write("from the first byte on"));
  assert.equal(String(await once(b, "data")), "from the first byte on");
  b.write("and back");
  assert.equal(String(await once(a, "data")), "and back");
});

test("when a process ends, its streams end and it is no peer any more", async (t) => {
  const { a, b, places } = await pair(t);
  const ended = once(b.resume(), "close");
  places[0].mesh.close();
  places[0].mesh.close();
  await within(ended, "the stream ends");
  assert.ok(a.destroyed);
  assert.deepEqual(places[1].mesh.peers, []);
});

test("a forgotten process is no peer, though its stream can still be read", async (t) => {
  const { a, b, places } = await pair(t);
  places[1].mesh.forget("node-1");
  assert.deepEqual(places[1].mesh.peers, []);
  a.write("last words");
  assert.equal(String(await once(b, "data")), "last words");
});

test("a process that is dead by now is left out", async (t) => {
  const folder = temporaryFolder(t);
  await abandonSocket(endpoint(folder, "node-1"));
  const { mesh, streams } = place(t, folder, "node-2");
  await mesh.open();
  await within(Promise.all([mesh.dial("node-1"), mesh.dial("node-7")]), "the calls end");
  assert.deepEqual([streams, mesh.peers], [[], []]);
});

test("a process with another token gets nothing", async (t) => {
  const folder = temporaryFolder(t);
  const node = place(t, folder, "node-1");
  const stranger = place(t, folder, "node-2", Buffer.alloc(32, 8));
  await node.mesh.open();
  await within(stranger.mesh.dial("node-1"), "it is refused");
  assert.deepEqual([node.streams, stranger.streams, node.mesh.peers, stranger.mesh.peers], [[], [], [], []]);
});

test("whoever speaks another language is answered and cut off, and nobody else is disturbed", async (t) => {
  const { places, folder, b } = await pair(t);
  const stranger = connect(endpoint(folder, "node-1"));
  stranger.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(10));
  stranger.on("error", () => {});
  await within(once(stranger.resume(), "close"), "it is cut off");
  assert.equal(places[0].streams.length, 1);
  assert.equal(b.destroyed, false);
});

test("the socket is this user's alone, and gone after the close", async (t) => {
  const folder = temporaryFolder(t);
  const { mesh } = place(t, folder, "node-1");
  await mesh.open();
  const path = endpoint(folder, "node-1");
  assert.equal(statSync(path).mode & 0o777, 0o600);
  mesh.close();
  assert.ok(!existsSync(path));
});

test("a socket that cannot be made is an error, and a place that never opened is closed without one", async (t) => {
  const { mesh } = place(t, `${temporaryFolder(t)}/no-such`, "node-1");
  await assert.rejects(mesh.open(), { code: "EACCES" });
  mesh.close();
  await within(mesh.dial("master"), "a closed place dials nobody");
});

interface Place {
  self: Peer;
  mesh: Mesh;
  streams: [Socket, Peer][];
  /** Resolves when so many streams are there. */
  until: (count: number) => Promise<void>;
}

function place(t: TestContext, folder: string, id: string, token = TOKEN, onStream = (_: Socket): void => {}): Place {
  const self: Peer = {
    id,
    pid: 100 + Number(id.split("-")[1] ?? 0),
    isMaster: id === "master",
    since: 1_700_000_000_000,
  };
  const streams: [Socket, Peer][] = [];
  let notify = (): void => {};
  const mesh = new Mesh({
    self,
    folder,
    token,
    onStream: (stream, peer) => {
      streams.push([stream, peer]);
      onStream(stream);
      notify();
    },
  });
  t.after(() => mesh.close());
  const until = async (count: number): Promise<void> => {
    while (streams.length < count) {
      await within(new Promise<void>((resolve) => (notify = resolve)), `${id} has ${count} streams`);
    }
  };
  return { self, mesh, streams, until };
}

/** Two processes and the two ends of the stream between them; the second one dialled. */
async function pair(
  t: TestContext,
  onStream: (stream: Socket) => void = () => {},
): Promise<{ folder: string; a: Socket; b: Socket; places: [Place, Place] }> {
  const folder = temporaryFolder(t);
  const places: [Place, Place] = [place(t, folder, "node-1", TOKEN, onStream), place(t, folder, "node-2")];
  for (const { mesh } of places) await mesh.open();
  await within(places[1].mesh.dial("node-1"), "the second dials the first");
  for (const { until } of places) await until(1);
  const [a, b] = places.map(({ streams }) => streams[0]?.[0] as Socket) as [Socket, Socket];
  return { folder, a, b, places };
}

function sorted(peers: Peer[]): Peer[] {
  return peers.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
