// Frames of calls that no process of ours sends: the link is closed, and nothing hangs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MultiNodeError, PeerGoneError } from "#src/errors.js";
import { Link, type LinkSink } from "#src/messages/link.js";
import {
  FRAME_ANSWER,
  FRAME_CALL,
  FRAME_CANCEL,
  FRAME_CREDIT,
  FRAME_END,
  FRAME_FAILURE,
  FRAME_HANDLE,
  FRAME_ITEM,
  FRAME_STREAM,
  FRAME_UNHANDLED,
  numbersFrame,
} from "#src/messages/link-frames.js";
import { duplexPair } from "../../helpers/duplex-pair.js";
import { within } from "../../helpers/deadline.js";
import { FakeProcess, LIMITS } from "../../helpers/process-set.js";

test("frames that answer calls in a way that makes no sense close the link, and the call fails", async () => {
  const wrong: ((peer: Link, id: number) => void)[] = [
    (peer, id) => peer.sendValue(FRAME_ITEM, 1, id),
    (peer, id) => peer.sendNumbers(FRAME_END, id),
    (peer, id) => answerAs(peer, id, FRAME_STREAM),
    (peer, id) => answerAs(peer, id, FRAME_UNHANDLED),
    (peer, id) => answerAs(peer, id, FRAME_ANSWER),
    (peer, id) => {
      peer.sendNumbers(FRAME_STREAM, id);
      for (let i = 0; i < 33; i++) peer.sendValue(FRAME_ITEM, i, id);
    },
    (peer) => peer.sendNumbers(FRAME_END),
    (peer) => peer.send(Buffer.from([0, 0, 0, 5, FRAME_ANSWER, 0, 0, 0, 1, 0xc1])),
  ];
  for (const [index, send] of wrong.entries()) {
    const { node, peer } = pair();
    peer.sendName(FRAME_HANDLE, "name", 1);
    await node.knows("name", "master");
    const call = node.calls.call("master", "name", null, { timeout: 0 });
    send(peer, 1);
    const read = async (): Promise<void> => {
      for await (const _ of call);
    };
    await assert.rejects(within(read(), `frame ${index} ends the call`), PeerGoneError);
    assert.deepEqual(node.errors.map(codeOf), ["MN_ERR_FRAME_VALUE"]);
  }
});

test("frames that call in a way that makes no sense close the link", async () => {
  const wrong: ((peer: Link) => void)[] = [
    (peer) => peer.sendNumbers(FRAME_CALL, 1),
    (peer) => peer.sendNumbers(FRAME_CALL, 1, 1),
    (peer) => peer.sendNumbers(FRAME_CANCEL),
    (peer) => {
      peer.sendValue(FRAME_CALL, null, 1, 1);
      peer.sendValue(FRAME_CALL, null, 1, 1);
    },
    (peer) => {
      peer.sendValue(FRAME_CALL, null, 1, 1);
      peer.sendNumbers(FRAME_CREDIT, 1, 1);
    },
    (peer) => {
      peer.sendValue(FRAME_CALL, null, 1, 2);
      peer.sendNumbers(FRAME_CREDIT, 1, 33);
    },
    (peer) => {
      peer.sendValue(FRAME_CALL, null, 1, 2);
      peer.sendNumbers(FRAME_CREDIT, 1);
    },
  ];
  for (const [index, send] of wrong.entries()) {
    const { node, peer } = pair();
    node.handlers.handle("never", () => new Promise(() => {}));
    node.handlers.handle("items", async function* () {
      yield await new Promise(() => {});
    });
    send(peer);
    await node.until(() => node.errors.length === 1, `frame ${index} closes the link`);
    assert.deepEqual(node.errors.map(codeOf), ["MN_ERR_FRAME_VALUE"]);
  }
});

test("frames about calls that are over, or never were, are ignored", async () => {
  const { node, peer, got } = pair();
  node.handlers.handle("echo", (value) => value);
  peer.sendNumbers(FRAME_CANCEL, 7);
  peer.sendNumbers(FRAME_CREDIT, 7, 1_000);
  peer.sendNumbers(FRAME_END, 7);
  peer.sendNumbers(FRAME_STREAM, 7);
  peer.sendNumbers(FRAME_UNHANDLED, 7);
  for (const type of [FRAME_ANSWER, FRAME_ITEM, FRAME_FAILURE]) peer.sendValue(type, { id: type }, 7);
  peer.sendValue(FRAME_CALL, { id: 1 }, 8, 99);
  peer.sendValue(FRAME_CALL, { id: 2 }, 9, 1);
  await node.until(() => node.frames.length === 10, "all frames come");
  assert.deepEqual(node.errors, []);
  await within(got(3), "the answers come");
  assert.deepEqual(await got(3), [
    [FRAME_HANDLE, 1],
    [FRAME_UNHANDLED, 8],
    [FRAME_ANSWER, 9],
  ]);
});

test("an id may be used again once its call is cancelled", async () => {
  const { node, peer, got } = pair();
  node.handlers.handle("value", (value) => value ?? new Promise(() => {}));
  peer.sendValue(FRAME_CALL, null, 1, 1);
  peer.sendNumbers(FRAME_CANCEL, 1);
  peer.sendValue(FRAME_CALL, "now", 1, 1);
  assert.deepEqual(await within(got(2), "the answer comes"), [
    [FRAME_HANDLE, 1],
    [FRAME_ANSWER, 1],
  ]);
  assert.equal(node.self.remote.busy, 1);
});

test("frames that are not about calls are refused", () => {
  const { node } = pair();
  const frame = numbersFrame(FRAME_HANDLE, 1);
  const link = node.linkTo("master");
  for (const side of [node.calls, node.handlers]) {
    assert.throws(() => side.onFrame(link, FRAME_HANDLE, frame, 5, 9), { code: "MN_ERR_FRAME_VALUE" });
  }
});

/** A process, and at the other end of its link nobody but the test. */
function pair(): { node: FakeProcess; peer: Link; got: (count: number) => Promise<[type: number, number: number][]> } {
  const [end, otherEnd] = duplexPair();
  const frames: [number, number][] = [];
  let onFrame: () => void = () => {};
  const sink: LinkSink = {
    frame: (_, type, bytes, start) => {
      frames.push([type, bytes.readUInt32BE(start)]);
      onFrame();
    },
    closed: () => {},
  };
  const node = new FakeProcess("node-1");
  node.join(end, "master");
  const peer = new Link(otherEnd, node.self.peer, LIMITS, sink);
  const got = async (count: number): Promise<[number, number][]> => {
    while (frames.length < count) await new Promise<void>((resolve) => (onFrame = resolve));
    return frames;
  };
  return { node, peer, got };
}

function answerAs(peer: Link, id: number, type: number): void {
  peer.sendNumbers(FRAME_STREAM, id);
  if (type === FRAME_ANSWER) peer.sendValue(type, 1, id);
  else peer.sendNumbers(type, id);
}

function codeOf(error: Error | undefined): unknown {
  return error instanceof MultiNodeError ? error.code : error;
}
