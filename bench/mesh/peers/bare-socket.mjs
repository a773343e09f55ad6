// The limit: member 1 has one Unix socket to each other member, which carries bytes that nobody looks at.

import { once } from "node:events";
import { connect, createServer } from "node:net";
import { listenersOf, RECEIVER, SENDER, TOPICS } from "../duties.mjs";
import { beMember, members, ownIndex } from "../member.mjs";
import { bytes } from "../values.mjs";
import { FrameSplitter, FrameWriter } from "./bare-frames.mjs";
import { PendingCalls } from "./pending-calls.mjs";

// Frames are of a topic, by its place in the list, or these.
const CALL = TOPICS.length;
const ANSWER = TOPICS.length + 1;

const path = process.env.BENCH_SOCKET;
const blanks = new Map();

await beMember(ownIndex, { values: bytes, join });

async function join(listeners) {
  const sockets = ownIndex === SENDER ? await acceptOthers() : await dialSender();
  const writers = TOPICS.map((topic) => new FrameWriter(socketsTo(listenersOf(topic, members))));
  const toReceiver = new FrameWriter(socketsTo([RECEIVER]));
  const toSender = new FrameWriter(socketsTo([SENDER]));
  const calls = new PendingCalls();
  const handlers = TOPICS.map((topic) => listeners[topic]);
  for (const socket of sockets.values()) {
    const splitter = new FrameSplitter(onFrame);
    socket.on("data", (chunk) => splitter.push(chunk));
  }
  return {
    publish: (topic, payload) => writers[TOPICS.indexOf(topic)].add(TOPICS.indexOf(topic), 0, payload),
    call: (payload) => calls.add((id) => toReceiver.add(CALL, id, payload)),
  };

  function onFrame(kind, id, length) {
    if (kind === CALL) toSender.add(ANSWER, id, blankOf(length));
    else if (kind === ANSWER) calls.settle(id);
    else handlers[kind](blankOf(length));
  }

  function socketsTo(indexes) {
    return indexes.map((index) => sockets.get(index)).filter((socket) => socket !== undefined);
  }
}

/** The first byte on a connection is the index of who dialled. */
function acceptOthers() {
  const sockets = new Map();
  return new Promise((resolve) => {
    const server = createServer((socket) => {
      socket.once("data", ([index]) => {
        sockets.set(index, socket);
        if (sockets.size === members - 1) resolve(sockets);
      });
    });
    server.listen(path);
  });
}

async function dialSender() {
  for (;;) {
    const socket = connect(path);
    try {
      await once(socket, "connect");
      socket.write(Buffer.of(ownIndex));
      return new Map([[SENDER, socket]]);
    } catch (error) {
      // Member 1 does not listen yet.
      if (error.code !== "ENOENT" && error.code !== "ECONNREFUSED") throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** As many bytes as came, for whoever has to send or count them. */
function blankOf(length) {
  if (!blanks.has(length)) blanks.set(length, Buffer.alloc(length));
  return blanks.get(length);
}
