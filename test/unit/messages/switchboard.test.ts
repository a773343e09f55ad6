// Who is there: what comes before what, on both sides, from the first frame of a link to its end.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  FRAME_HANDLE,
  FRAME_LISTEN,
  FRAME_PORT,
  FRAME_PUBLISH,
  FRAME_READY,
  FRAME_STARTED,
  FRAME_UNPORT,
  LINK_VERSION,
  nameFrame,
  numbersFrame,
} from "#src/messages/link-frames.js";
import { within } from "../../helpers/deadline.js";
import { duplexPair } from "../../helpers/duplex-pair.js";
import { peer } from "../../helpers/fake-role.js";
import { RawLink, rawPeer } from "../../helpers/raw-link.js";
import { connect, Station, settled, stations } from "../../helpers/stations.js";

const READY = numbersFrame(FRAME_READY, LINK_VERSION);

test("all join each other, in the order in which they came", async (t) => {
  const [master, node1, node2] = await three(t);
  assert.deepEqual(master.board.peers, [node1.self, node2.self]);
  assert.deepEqual(
    [node1.peers, node2.peers],
    [
      ["master", "node-2"],
      ["master", "node-1"],
    ],
  );
  for (const { story, peers } of [master, node1, node2])
    assert.deepEqual(
      story,
      peers.map((id) => `join ${id}`),
    );
});

test("the process that dialled speaks first, and has joined when it has been heard and answered", async () => {
  const station = new Station("node-2");
  station.channel("lobby").onmessage = () => {};
  const [near, far] = duplexPair();
  const raw = new RawLink(far);
  const connected = station.connect(near, peer("node-1"), "dialer");
  await raw.frame(FRAME_READY);
  assert.deepEqual(raw.types, [FRAME_LISTEN, FRAME_HANDLE, FRAME_STARTED, FRAME_READY]);
  assert.deepEqual([station.peers, station.story], [[], []]);
  raw.send(READY);
  await within(connected, "it joins");
  assert.deepEqual(station.story, ["join node-1"]);
  raw.send(READY);
  raw.end();
  await station.until(() => station.peers.length === 0, "it leaves");
  assert.deepEqual(station.story, ["join node-1", "leave node-1"]);
  await raw.ended();
  assert.deepEqual(raw.types, [FRAME_LISTEN, FRAME_HANDLE, FRAME_STARTED, FRAME_READY]);
});

test("the process that was dialled says nothing until it has heard the other one", async () => {
  const station = new Station("node-1");
  const [near, far] = duplexPair();
  const raw = new RawLink(far);
  const connected = station.connect(near, peer("node-2"), "acceptor");
  raw.send(nameFrame(FRAME_LISTEN, "lobby"));
  await station.settledWith("node-1");
  assert.deepEqual([raw.frames, station.peers], [[], []]);
  raw.send(READY);
  await within(connected, "it joins");
  assert.deepEqual(station.story, ["join node-2"]);
  await raw.frame(FRAME_READY);
});

test("a process joins before its first message and leaves after its last one, whatever it does within its join", async () => {
  const [early, late] = [new Station("node-1"), new Station("node-2")];
  for (const station of [early, late]) {
    const channel = station.channel<string>("lobby");
    channel.on("message", (text) => station.tell(text));
    station.onJoin = () => void channel.postMessage(`${station.id} is here`);
  }
  await connect(late, early);
  await settled(early, late);
  late.channel("lobby").postMessage("last words");
  late.board.close();
  await early.until(() => early.peers.length === 0, "node-2 leaves");
  assert.deepEqual(early.story, ["join node-2", "node-2 is here", "last words", "leave node-2"]);
  assert.deepEqual(late.story.slice(0, 2), ["join node-1", "node-1 is here"]);
});

test("a process that is killed leaves, once, and calls to it fail; the others are not disturbed", async (t) => {
  const [master, node1, node2] = await three(t);
  const call = master.board.calls.call("node-1", "barrier", null);
  call.catch(() => master.tell("call failed"));
  node1.kill();
  await assert.rejects(call, { code: "MN_ERR_PEER_GONE" });
  await node2.until(() => node2.peers.length === 1, "it leaves");
  await settled(master, node2);
  assert.deepEqual(master.story.slice(2).toSorted(), ["call failed", "leave node-1"]);
  assert.deepEqual([master.peers, node2.peers, node2.story.slice(2)], [["node-2"], ["master"], ["leave node-1"]]);
});

test("a late listener gets what is sent from then on, and so does a process that joins late", async (t) => {
  const [master, node1] = await three(t);
  const sender = master.channel("lobby");
  sender.postMessage("too early");
  await settled(master, node1);
  const heard: unknown[] = [];
  node1.channel("lobby").on("message", (value) => heard.push(value));
  await settled(master, node1);
  sender.postMessage("in time");
  const late = new Station("node-3");
  t.after(() => late.board.close());
  late.channel("lobby").on("message", (value) => heard.push(`late: ${String(value)}`));
  await connect(late, master);
  sender.postMessage("for both");
  await settled(master, node1);
  await settled(master, late);
  assert.deepEqual(heard, ["in time", "for both", "late: for both"]);
});

test("a channel tells its number once, before its first message, and takes it back when it is closed", async () => {
  const { station, raw, connected } = rawPeer(new Station("node-1"), "acceptor");
  raw.send(nameFrame(FRAME_LISTEN, "lobby"), READY);
  await within(connected, "it joins");
  const channel = station.channel("lobby");
  for (const value of [1, 2]) channel.postMessage(value);
  channel.close();
  await raw.frame(FRAME_UNPORT);
  const own = raw.types.slice(raw.types.indexOf(FRAME_READY) + 1);
  assert.deepEqual(own, [FRAME_PORT, FRAME_PUBLISH, FRAME_PUBLISH, FRAME_UNPORT]);
});

test("close() flushes what was sent, ends every link and closes every channel", async (t) => {
  const [master, node1, node2] = await three(t);
  const heard: unknown[] = [];
  node1.channel("lobby").on("message", (value) => heard.push(value));
  await settled(master, node1);
  const sender = master.channel("lobby");
  for (let number = 0; number < 5; number++) sender.postMessage([number, "x".repeat(20_000)]);
  master.board.close();
  assert.throws(() => sender.postMessage("more"), { name: "InvalidStateError" });
  for (const node of [node1, node2]) await node.until(() => !node.peers.includes("master"), "the master leaves");
  assert.deepEqual(
    heard.map((value) => (value as unknown[])[0]),
    [0, 1, 2, 3, 4],
  );
  await master.until(() => master.peers.length === 0, "all leave");
});

test("flush() resolves when all is out", async (t) => {
  const [master, node1] = await three(t);
  let heard = 0;
  node1.channel("lobby").on("message", () => heard++);
  await settled(master, node1);
  for (let number = 0; number < 50; number++) master.channel("lobby").postMessage("x".repeat(20_000));
  await within(master.board.flush(), "it is out");
  await settled(master, node1);
  assert.equal(heard, 50);
});

async function three(t: TestContext): Promise<[Station, Station, Station]> {
  return (await stations(t, 3)) as [Station, Station, Station];
}
