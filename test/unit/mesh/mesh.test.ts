// Places in a mesh, all in one process: who gets a link and a stream to whom, who gets nothing, what an end leaves.
import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { endpoint, NODES_FOLDER } from "#src/mesh/endpoint.js";
import { greet } from "#src/mesh/greeting.js";
import { Mesh } from "#src/mesh/mesh.js";
import { Roster } from "#src/mesh/roster.js";
import { Switchboard } from "#src/messages/switchboard.js";
import type { Peer } from "#src/role.js";
import { within } from "../../helpers/deadline.js";
import { temporaryFolder } from "../../helpers/environment.js";
import { abandonSocket } from "../../helpers/unix-sockets.js";

const TOKEN = Buffer.alloc(32, 7);
const LIMITS = { maxPayload: 1024, maxBufferedAmount: 1024 };

test("each process gets one link and one stream to each other one, and each knows the other", async (t) => {
  const folder = meshFolder(t);
  const roster = new Roster();
  const places = ["master", "node-1", "node-2", "node-3"].map((id) => place(t, folder, id));
  for (const { mesh, self } of places) {
    await mesh.open();
    const before = roster.join(self.id);
    for (const other of places) if (before.includes(other.self.id)) other.mesh.expect(self.id);
    await Promise.all(before.map((id) => mesh.dial(id)));
  }
  for (const { self, until, streams, board, story } of places) {
    await until(3);
    const others = places.filter((other) => other.self !== self).map((other) => other.self);
    assert.deepEqual(sorted(streams.map(([, peer]) => peer)), sorted(others));
    assert.deepEqual(sorted(board.peers), sorted(others));
    assert.equal(story.length, 6);
  }
});

test("a process has joined before its stream is there, on both sides", async (t) => {
  const { places } = await pair(t);
  assert.deepEqual(places[0].story, ["join node-2", "stream node-2"]);
  assert.deepEqual(places[1].story, ["join node-1", "stream node-1"]);
});

test("the stream is not dialled while the link is not settled, and never when the link is closed", async (t) => {
  const folder = meshFolder(t);
  const node = place(
    t,
    folder,
    "node-1",
    TOKEN,
    () => {},
    async (socket) => {
      await new Promise(setImmediate);
      socket.destroy();
    },
  );
  const dialer = place(t, folder, "node-2");
  await node.mesh.open();
  node.mesh.expect("node-2");
  await within(dialer.mesh.dial("node-1"), "the dialler gives up");
  assert.deepEqual([node.streams, dialer.streams, dialer.board.peers, dialer.story], [[], [], [], []]);
});

test("a stream carries bytes both ways, those too that come right behind the handshake", async (t) => {
  const { a, b } = await pair(t, (stream) => stream.write("from the first byte on"));
  assert.equal(String(await once(b, "data")), "from the first byte on");
  b.write("and back");
  assert.equal(String(await once(a, "data")), "and back");
});

test("when a process ends, its streams end and it has left", async (t) => {
  const { a, b, places } = await pair(t);
  const ended = once(b.resume(), "close");
  const left = places[1].left("node-1");
  places[0].mesh.close();
  places[0].mesh.close();
  await within(Promise.all([ended, left]), "the stream ends, and it leaves");
  assert.ok(a.destroyed);
  assert.deepEqual(places[1].board.peers, []);
});

test("a process that has left is no peer, though its stream can still be read", async (t) => {
  const { a, b, places } = await pair(t);
  const left = places[1].left("node-1");
  places[0].board.close();
  await within(left, "it leaves");
  assert.deepEqual(places[1].board.peers, []);
  a.write("last words");
  assert.equal(String(await once(b, "data")), "last words");
});

test("a process that is dead by now is left out", async (t) => {
  const folder = meshFolder(t);
  await abandonSocket(endpoint(folder, "node-1"));
  const { mesh, streams, board } = place(t, folder, "node-2");
  await mesh.open();
  await within(Promise.all([mesh.dial("node-1"), mesh.dial("node-7")]), "the calls end");
  assert.deepEqual([streams, board.peers], [[], []]);
});

test("a process with another token gets nothing", async (t) => {
  const folder = meshFolder(t);
  const node = place(t, folder, "node-1");
  const stranger = place(t, folder, "node-2", Buffer.alloc(32, 8));
  await node.mesh.open();
  await within(stranger.mesh.dial("node-1"), "it is refused");
  assert.deepEqual([node.streams, stranger.streams, node.board.peers, stranger.board.peers], [[], [], [], []]);
});

test("a process that calls itself as another one does, or as nobody may, is refused, and nobody else is disturbed", async (t) => {
  const { places, folder, b } = await pair(t);
  const ids = ["master", "constructor", "node", "to-string", "node-1", "node-2"];
  const kinds = ["link", "stream"] as const;
  for (const [id, kind] of ids.flatMap((id) => kinds.map((kind) => [id, kind] as const))) {
    const socket = connect(endpoint(folder, "node-1")).on("error", () => {});
    const isMaster = id === "master";
    const greeting = greet(socket, { id: "node-1", kind }, { id, pid: 1, isMaster, since: 0 }, TOKEN);
    // It is known at once that none of them is expected, but for this process' own id, which it does not know as one.
    if (id !== "node-1") await assert.rejects(within(greeting, `${id} is refused`), { code: "MN_ERR_HANDSHAKE_ID" });
    else greeting.catch(() => socket.destroy());
    socket.destroy();
  }
  assert.deepEqual(places[0].board.peers, [places[1].self]);
  assert.deepEqual([places[0].streams.length, b.destroyed], [1, false]);
});

test("a stream without a link before it is refused, and the link may still come", async (t) => {
  const folder = meshFolder(t);
  const [node, dialer] = [place(t, folder, "node-1"), place(t, folder, "node-2")];
  await node.mesh.open();
  node.mesh.expect("node-2");
  const socket = connect(endpoint(folder, "node-1")).on("error", () => {});
  const greeting = greet(socket, { id: "node-1", kind: "stream" }, dialer.self, TOKEN);
  await assert.rejects(within(greeting, "the stream is refused"), { code: "MN_ERR_HANDSHAKE_ID" });
  await within(dialer.mesh.dial("node-1"), "the dial ends");
  await Promise.all([node.until(1), dialer.until(1)]);
});

test("a process that dials before it is known to have joined waits until it is", async (t) => {
  const folder = meshFolder(t);
  const [node, dialer] = [place(t, folder, "node-1"), place(t, folder, "node-2")];
  await node.mesh.open();
  const dial = dialer.mesh.dial("node-1");
  const socket = connect(endpoint(folder, "node-1"));
  await once(socket, "connect");
  socket.destroy();
  assert.deepEqual(node.story, []);
  node.mesh.expect("node-2");
  await within(dial, "it is accepted");
  await Promise.all([node.until(1), dialer.until(1)]);
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
  const folder = meshFolder(t);
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
  board: Switchboard;
  streams: [Socket, Peer][];
  /** Who has joined or left and whose stream has come, in order. */
  story: string[];
  /** Resolves when so many streams are there. */
  until: (count: number) => Promise<void>;
  /** Resolves when that process leaves. */
  left: (id: string) => Promise<void>;
}

type OnLink = (stream: Socket, peer: Peer, side: "dialer" | "acceptor") => Promise<void>;

function place(
  t: TestContext,
  folder: string,
  id: string,
  token: Buffer = TOKEN,
  onStream = (_: Socket): void => {},
  onLink?: OnLink,
): Place {
  const self: Peer = {
    id,
    pid: 100 + Number(id.split("-")[1] ?? 0),
    isMaster: id === "master",
    since: 1_700_000_000_000,
  };
  const streams: [Socket, Peer][] = [];
  const story: string[] = [];
  const changes = new EventEmitter();
  const tell = (what: string, peer: Peer): void => {
    story.push(`${what} ${peer.id}`);
    changes.emit("change");
  };
  const board = new Switchboard(self, LIMITS, {
    join: (peer) => tell("join", peer),
    leave: (peer) => tell("leave", peer),
    fault: (peer) => tell("fault", peer),
  });
  const mesh = new Mesh({
    self,
    folder,
    token,
    onLink: onLink ?? ((stream, peer, side) => board.connect(stream, peer, side)),
    onStream: (stream, peer) => {
      streams.push([stream, peer]);
      onStream(stream);
      tell("stream", peer);
    },
  });
  t.after(() => {
    mesh.close();
    board.close();
  });
  const when = async (condition: () => boolean, what: string): Promise<void> => {
    while (!condition()) await within(once(changes, "change"), `${id} ${what}`);
  };
  return {
    self,
    mesh,
    board,
    streams,
    story,
    until: (count) => when(() => streams.length >= count, `has ${count} streams`),
    left: (other) => when(() => story.includes(`leave ${other}`), `hears that ${other} leaves`),
  };
}

/** Two processes and the two ends of the stream between them; the second one dialled. */
async function pair(
  t: TestContext,
  onStream: (stream: Socket) => void = () => {},
): Promise<{ folder: string; a: Socket; b: Socket; places: [Place, Place] }> {
  const folder = meshFolder(t);
  const places: [Place, Place] = [place(t, folder, "node-1", TOKEN, onStream), place(t, folder, "node-2")];
  for (const { mesh } of places) await mesh.open();
  places[0].mesh.expect("node-2");
  await within(places[1].mesh.dial("node-1"), "the second dials the first");
  for (const { until } of places) await until(1);
  const [a, b] = places.map(({ streams }) => streams[0]?.[0] as Socket) as [Socket, Socket];
  return { folder, a, b, places };
}

function sorted(peers: Peer[]): Peer[] {
  return peers.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** As makeFolder() leaves it. */
function meshFolder(t: TestContext): string {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, NODES_FOLDER));
  return folder;
}
