// One link: what goes out and comes in, what waits, and how it ends.
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { LinkError } from "#src/errors.js";
import { Link, type MessageLimits, tooMuchWaits } from "#src/messages/link.js";
import {
  FRAME_ANSWER,
  FRAME_BUSY,
  FRAME_CALL,
  FRAME_LISTEN,
  malformed,
  readNumber,
} from "#src/messages/link-frames.js";
import { FRAME_CLOSE, parseClose } from "#src/wire/frame.js";
import { within } from "../../helpers/deadline.js";
import { duplexPair, type PairEnd } from "../../helpers/duplex-pair.js";
import { peer } from "../../helpers/fake-role.js";
import { RawLink } from "../../helpers/raw-link.js";
import { LIMITS } from "../../helpers/stations.js";

test("frames arrive in order, those of one turn as one write, and values with their numbers", async () => {
  const { link, other, far } = pair();
  link.sendNumbers(FRAME_BUSY, 3);
  link.sendName(FRAME_LISTEN, "lobby");
  link.sendValue(FRAME_ANSWER, { text: "x" }, 7);
  link.sendValue(FRAME_CALL, { text: "y" }, 8, 9);
  link.sendValue(FRAME_CALL, "x".repeat(20_000), 10, 11);
  await other.count(5);
  assert.deepEqual(other.heard, [
    [FRAME_BUSY, 3],
    [FRAME_LISTEN, "lobby"],
    [FRAME_ANSWER, 7, { text: "x" }],
    [FRAME_CALL, 8, 9, { text: "y" }],
    [FRAME_CALL, 10, 11, "x".repeat(20_000)],
  ]);
  assert.ok(far.other !== undefined && far.other.writes <= 3);
});

test("what cannot be sent throws and leaves both ends in step", async () => {
  const { link, other } = pair({ ...LIMITS, maxPayload: 1000 });
  assert.throws(() => link.sendValue(FRAME_ANSWER, { a: 1, f() {} }, 1), { name: "DataCloneError" });
  assert.throws(() => link.sendValue(FRAME_ANSWER, { b: "x".repeat(1000) }, 1), { code: "MN_ERR_FRAME_TOO_LARGE" });
  link.sendValue(FRAME_ANSWER, { b: 1 }, 2);
  link.sendValue(FRAME_ANSWER, { a: 1 }, 3);
  await other.count(2);
  assert.deepEqual(other.heard, [
    [FRAME_ANSWER, 2, { b: 1 }],
    [FRAME_ANSWER, 3, { a: 1 }],
  ]);
});

test("what waits is counted: a sender is asked to wait, then stopped, and told when there is room", async () => {
  const { link, other, far } = pair({ maxPayload: 1024 * 1024, maxBufferedAmount: 100_000 });
  far.pause();
  assert.deepEqual([link.bufferedAmount, link.isBusy, link.isFull], [0, false, false]);
  await link.drained;
  while (!link.isFull) link.sendValue(FRAME_ANSWER, "x".repeat(20_000), 1);
  const sent = Math.floor(link.bufferedAmount / 20_000);
  assert.ok(link.isBusy && link.bufferedAmount < 130_000);
  assert.throws(() => link.sendValue(FRAME_ANSWER, 1, 1), {
    name: "BackpressureError",
    code: "MN_ERR_BACKPRESSURE",
    message: new RegExp(`node-1 \\(${link.bufferedAmount} bytes\\)`),
  });
  const { drained, flushed } = link;
  far.resume();
  await within(drained, "it has drained");
  assert.ok(!link.isBusy);
  await within(flushed, "it has flushed");
  assert.equal(link.bufferedAmount, 0);
  await other.count(sent);
});

test("the error names each process for which too much waits", () => {
  assert.match(tooMuchWaits(pair().link, pair().link).message, /node-1 \(0 bytes\), node-1 \(0 bytes\)/);
});

test("who waits for a process that is gone is let go", async () => {
  const { link, other, far } = pair({ maxPayload: 1024 * 1024, maxBufferedAmount: 100_000 });
  far.pause();
  while (!link.isFull) link.sendValue(FRAME_ANSWER, "x".repeat(20_000), 1);
  const waits = Promise.all([link.drained, link.flushed]);
  far.destroy();
  link.destroy();
  await within(waits, "the waits end");
  await Promise.all([link.drained, link.flushed]);
  assert.deepEqual(other.heard, []);
});

test("close() comes behind all that was sent, says that this end goes, and ends both ends without an error", async () => {
  const { link, sink, far } = rawPair();
  const raw = new RawLink(far);
  link.sendNumbers(FRAME_BUSY, 1);
  link.close();
  link.close();
  link.sendNumbers(FRAME_BUSY, 2);
  assert.equal(link.isOpen, false);
  const payload = await raw.frame(FRAME_CLOSE);
  assert.deepEqual(raw.types, [FRAME_BUSY, FRAME_CLOSE]);
  assert.deepEqual(parseClose(payload, 0, payload.length), { code: 1001, reason: "" });
  raw.end();
  await within(sink.closed, "the link is closed");
  assert.deepEqual(sink.errors, [undefined]);
});

test("when one end closes, the other one does, too", async () => {
  const { link, sink, other } = pair();
  link.close();
  await within(Promise.all([sink.closed, other.closed]), "both ends are closed");
  assert.deepEqual([sink.errors, other.errors], [[undefined], [undefined]]);
});

test("after the other end has ended, nothing more is taken that could only wait", async () => {
  const { link, sink, far } = rawPair();
  far.pause();
  far.end();
  await within(once(sink.stream, "end"), "the end comes");
  link.sendValue(FRAME_ANSWER, "x".repeat(20_000), 1);
  assert.deepEqual([link.isOpen, link.bufferedAmount], [false, 0]);
});

test("a stream that is cut off closes the link, without an error between frames and with one within", async () => {
  const [between, inside] = [rawPair(), rawPair()];
  between.far.destroy();
  inside.far.end(Buffer.of(0, 0, 0));
  await within(Promise.all([between.sink.closed, inside.sink.closed]), "both links are closed");
  assert.deepEqual([between.sink.errors, codes(inside.sink.errors)], [[undefined], ["MN_ERR_FRAME_TRUNCATED"]]);
});

for (const [what, bytes, code] of [
  ["an unknown type", Buffer.of(0, 0, 0, 0, 0x77), "MN_ERR_FRAME_TYPE"],
  ["a name that is too long", Buffer.of(0, 0, 1, 0, FRAME_LISTEN), "MN_ERR_FRAME_TOO_LARGE"],
  ["a value beyond maxPayload", Buffer.of(0x7f, 0, 0, 0, FRAME_ANSWER), "MN_ERR_FRAME_TOO_LARGE"],
  ["what its reader refuses", Buffer.of(0, 0, 0, 0, FRAME_LISTEN), "MN_ERR_FRAME_VALUE"],
] as const) {
  test(`${what} closes the link; the other end is told why, and nothing behind it is read`, async () => {
    const { link, sink, far } = rawPair();
    const raw = new RawLink(far);
    raw.send(Buffer.concat([bytes, Buffer.of(0, 0, 0, 4, FRAME_BUSY, 0, 0, 0, 1)]));
    raw.send(Buffer.of(0, 0, 0, 4, FRAME_BUSY, 0, 0, 0, 2));
    const payload = await raw.frame(FRAME_CLOSE);
    assert.deepEqual(parseClose(payload, 0, payload.length), { code: 1002, reason: code });
    await within(sink.closed, "the link is closed");
    assert.deepEqual([codes(sink.errors), sink.heard, link.isOpen], [[code], [], false]);
  });
}

test("a peer that breaks the protocol and does not read is cut off all the same", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { link, sink, far } = rawPair();
  link.sendValue(FRAME_ANSWER, "x".repeat(200_000), 1);
  far.write(Buffer.of(0, 0, 0, 0, 0x77));
  await new Promise(setImmediate);
  while (link.isOpen) await new Promise(setImmediate);
  assert.deepEqual(sink.errors, []);
  t.mock.timers.tick(1_000);
  await within(sink.closed, "the link is closed");
  assert.deepEqual(codes(sink.errors), ["MN_ERR_FRAME_TYPE"]);
});

type Heard = readonly unknown[];

/** Reads what a link gets, and refuses what it cannot read. */
class RecordingSink {
  readonly heard: Heard[] = [];
  readonly errors: (LinkError | undefined)[] = [];
  readonly closed: Promise<void>;
  readonly stream: PairEnd;
  #close: () => void = () => {};
  #notify: () => void = () => {};

  constructor(stream: PairEnd) {
    this.stream = stream;
    this.closed = new Promise((resolve) => {
      this.#close = resolve;
    });
  }

  frame(link: Link, type: number, bytes: Buffer, start: number, end: number): void {
    if (start === end) throw malformed("it is empty");
    if (type === FRAME_BUSY) this.heard.push([type, readNumber(bytes, start, end)]);
    else if (type === FRAME_LISTEN) this.heard.push([type, bytes.toString("utf8", start, end)]);
    else {
      const head = type === FRAME_CALL ? 8 : 4;
      const numbers = [bytes.readUInt32BE(start), ...(head === 8 ? [bytes.readUInt32BE(start + 4)] : [])];
      this.heard.push([type, ...numbers, link.readValue(bytes, start + head, end)]);
    }
    this.#notify();
  }

  onClosed(error: LinkError | undefined): void {
    this.errors.push(error);
    this.#close();
  }

  /** Resolves when so many frames have come. */
  async count(count: number): Promise<void> {
    while (this.heard.length < count) {
      await within(new Promise<void>((resolve) => (this.#notify = resolve)), `${count} frames come`);
    }
  }
}

/** A link whose other end is in the test's hands. */
function rawPair(limits: MessageLimits = LIMITS): { link: Link; sink: RecordingSink; far: PairEnd } {
  const [near, far] = duplexPair();
  return { ...linkOn(near, limits), far };
}

function pair(limits: MessageLimits = LIMITS): { link: Link; sink: RecordingSink; other: RecordingSink; far: PairEnd } {
  const { link, sink, far } = rawPair(limits);
  return { link, sink, far, other: linkOn(far, limits).sink };
}

function linkOn(stream: PairEnd, limits: MessageLimits): { link: Link; sink: RecordingSink } {
  const sink = new RecordingSink(stream);
  const link = new Link(stream, peer("node-1"), limits, {
    frame: (...frame) => sink.frame(...frame),
    closed: (_, error) => sink.onClosed(error),
  });
  return { link, sink };
}

function codes(errors: readonly (Error | undefined)[]): unknown[] {
  return errors.map((error) => (error instanceof LinkError ? error.code : error));
}
