import assert from "node:assert/strict";
import { once } from "node:events";
import { Duplex, PassThrough } from "node:stream";
import { describe, test } from "node:test";
import { ValueEncoder } from "#src/wire/codec.js";
import { encodeClose, encodeFrame, FRAME_VALUE, HEADER_SIZE, writeHeader } from "#src/wire/frame.js";
import { FramedStream, frameStream } from "#src/wire/framed-stream.js";
import { duplexPair, type PairEnd, type PairOptions } from "../../helpers/duplex-pair.js";

type Story = unknown[][];

/** Everything that a framed stream tells, in order, until its close. */
function tell(framed: FramedStream): { story: Story; closed: Promise<Story> } {
  const story: Story = [];
  framed.on("open", () => story.push(["open"]));
  framed.on("message", (value) => story.push(["message", value]));
  framed.on("error", (error) => story.push(["error", error.code]));
  const closed = new Promise<Story>((resolve) => {
    framed.on("close", (...status) => {
      story.push(["close", ...status]);
      resolve(story);
    });
  });
  return { story, closed };
}

function framedPair(options: PairOptions = {}): [FramedStream, FramedStream, PairEnd, PairEnd] {
  const [a, b] = duplexPair(options);
  return [frameStream(a), frameStream(b), a, b];
}

/** A framed stream whose far end is bare bytes. */
function againstBytes(options = {}): { framed: FramedStream; near: PairEnd; far: PairEnd; received: () => Buffer } {
  const [near, far] = duplexPair();
  const chunks: Buffer[] = [];
  far.on("data", (chunk: Buffer) => chunks.push(chunk));
  far.on("error", () => {});
  return { framed: frameStream(near, options), near, far, received: () => Buffer.concat(chunks) };
}

function valueFrames(...values: unknown[]): Buffer {
  const encoder = new ValueEncoder();
  return Buffer.concat(values.map((value) => Buffer.from(encoder.encode(value))));
}

function header(length: number, type: number): Buffer {
  const bytes = Buffer.alloc(HEADER_SIZE);
  writeHeader(bytes, 0, type, length);
  return bytes;
}

function received(framed: FramedStream, count: number): Promise<unknown[]> {
  const values: unknown[] = [];
  return new Promise((resolve) => {
    const take = (value: unknown): void => {
      values.push(value);
      if (values.length < count) return;
      framed.off("message", take);
      resolve(values);
    };
    framed.on("message", take);
  });
}

describe("messages", () => {
  test("go both ways, whole and in order, under any chunking", async () => {
    const [a, b] = framedPair({ chunkSizes: [1, 2, 7, 0] });
    const values = [
      "hello",
      { foo: "bar" },
      null,
      undefined,
      [1n, -0],
      new Map([[1, Buffer.from("x")]]),
      { foo: "baz" },
    ];
    const [storyA, storyB] = [tell(a), tell(b)];
    for (const value of values) {
      a.send(value);
      b.send(value);
    }
    a.on("message", () => storyA.story.length > values.length && storyB.story.length > values.length && a.close());
    b.on("message", () => storyA.story.length > values.length && storyB.story.length > values.length && b.close());
    const messages = values.map((value) => ["message", value]);
    for (const story of await Promise.all([storyA.closed, storyB.closed])) {
      assert.deepStrictEqual(story, [["open"], ...messages, ["close", 1005, "", true]]);
    }
  });

  test("of one turn are one write; large ones are not copied into it", async () => {
    const [a, b, endA] = framedPair();
    for (let index = 0; index < 50; index++) a.send({ index });
    await received(b, 50);
    assert.equal(endA.writes, 1);
    a.send("small");
    a.send(Buffer.alloc(100_000));
    a.send("small");
    await received(b, 3);
    assert.equal(endA.writes, 4);
    a.close();
  });

  test("of one turn are written without waiting for its end: 2 KiB, then twice as much each time", async () => {
    const [a, b, endA] = framedPair();
    a.send("x".repeat(1000));
    assert.equal(endA.writableLength, 0);
    a.send("x".repeat(1100));
    assert.ok(endA.writableLength > 2_048);
    for (let index = 2; index < 100; index++) a.send("x".repeat(1000));
    assert.ok(endA.writableLength > 60_000);
    await received(b, 100);
    // 2, 4, 8, 16, 32 KiB, and the rest.
    assert.equal(endA.writes, 6);
    a.send("x");
    await received(b, 1);
    assert.equal(endA.writes, 7);
    for (let index = 0; index < 3; index++) a.send("x".repeat(1000));
    assert.ok(endA.writableLength > 2_048, "the next turn begins anew");
    a.close();
  });

  test("that a listener throws on become an uncaughtException; those behind it still arrive", async (t) => {
    const [a, b] = framedPair();
    const uncaught: unknown[] = [];
    const previous = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    process.on("uncaughtException", (error) => uncaught.push(error.message));
    t.after(() => {
      process.removeAllListeners("uncaughtException");
      for (const listener of previous) process.on("uncaughtException", listener);
    });
    const { closed } = tell(b);
    b.on("message", (value) => {
      throw new Error(`no ${String(value)}`);
    });
    for (const value of [1, 2, 3]) a.send(value);
    a.close();
    const messages = [1, 2, 3].map((value) => ["message", value]);
    assert.deepStrictEqual(await closed, [["open"], ...messages, ["close", 1005, "", true]]);
    assert.deepStrictEqual(uncaught, ["no 1", "no 2", "no 3"]);
  });

  test("that cannot be sent throw at once and disturb nothing", async () => {
    const [near, far] = duplexPair();
    const [a, b] = [frameStream(near, { maxPayload: 1000 }), frameStream(far)];
    a.send({ a: 1 });
    assert.throws(() => a.send({ b: 1, f() {} }), { name: "DataCloneError" });
    assert.throws(() => a.send({ b: "x".repeat(2000) }), { name: "UsageError", code: "MN_ERR_FRAME_TOO_LARGE" });
    assert.throws(() => a.send({ c: "é".repeat(600) }), { name: "UsageError", code: "MN_ERR_FRAME_TOO_LARGE" });
    for (const value of [{ b: 1 }, { c: 1 }, { a: 2 }]) a.send(value);
    assert.deepStrictEqual(await received(b, 4), [{ a: 1 }, { b: 1 }, { c: 1 }, { a: 2 }]);
    a.close();
  });
});

describe("backpressure", () => {
  test("bufferedAmount counts what was not handed on; above the limit send throws and nothing grows", async () => {
    const [near, far] = duplexPair();
    const framed = frameStream(near, { maxBufferedAmount: 10_000 });
    const waiting = (): void => framed.send("x".repeat(995));
    while (framed.bufferedAmount <= 10_000) waiting();
    const full = framed.bufferedAmount;
    assert.equal(full, 10 * 1003);
    for (let attempt = 0; attempt < 10; attempt++) {
      assert.throws(waiting, { name: "BackpressureError", code: "MN_ERR_BACKPRESSURE" });
    }
    assert.equal(framed.bufferedAmount, full);
    const other = frameStream(far);
    await received(other, 10);
    framed.send("again");
    assert.deepStrictEqual(await received(other, 1), ["again"]);
    assert.equal(framed.bufferedAmount, 0);
    framed.close();
  });

  test("pause keeps back even what has arrived in the same chunk, resume brings it", async () => {
    const [a, b] = framedPair();
    const { story, closed } = tell(b);
    b.on("message", (value) => {
      if (typeof value !== "number" || value % 2 === 0) return;
      b.pause();
      setImmediate(() => {
        story.push(["resumed"]);
        b.resume();
      });
    });
    for (const value of [1, 2, 3, 4]) a.send(value);
    a.close(4000, "done");
    assert.deepStrictEqual(await closed, [
      ["open"],
      ["message", 1],
      ["resumed"],
      ["message", 2],
      ["message", 3],
      ["resumed"],
      ["message", 4],
      ["close", 4000, "done", true],
    ]);
  });

  test("a paused reader makes the writer wait", async () => {
    const [a, b, endA] = framedPair();
    b.pause();
    for (let index = 0; index < 100; index++) a.send(Buffer.alloc(20_000));
    while (endA.writes < 1) await new Promise((resolve) => setImmediate(resolve));
    assert.ok(a.bufferedAmount > 90 * 20_000);
    b.resume();
    assert.equal((await received(b, 100)).length, 100);
    a.close();
  });
});

describe("opening", () => {
  test("open comes once, later, before any message, also when data waits already", async () => {
    const through = new PassThrough();
    const stream = Duplex.from({ readable: through, writable: new PassThrough().resume() });
    through.write(valueFrames("early", "bird"));
    const framed = frameStream(stream);
    assert.equal(framed.readyState, FramedStream.OPEN);
    const { story } = tell(framed);
    assert.deepStrictEqual(story, []);
    await received(framed, 2);
    assert.deepStrictEqual(story, [["open"], ["message", "early"], ["message", "bird"]]);
    framed.terminate();
  });

  test("a stream that flows already and one that is paused lose nothing", async () => {
    for (const prepare of [(stream: Duplex) => stream.resume(), (stream: Duplex) => stream.pause()]) {
      const [near, far] = duplexPair();
      near.push(valueFrames("early"));
      prepare(near);
      const framed = frameStream(near);
      assert.deepStrictEqual(await received(framed, 1), ["early"]);
      framed.terminate();
      far.destroy();
    }
  });

  test("while the stream connects, nothing can be sent", async () => {
    const [near, far] = duplexPair();
    const connecting = Object.assign(near, { connecting: true });
    const framed = frameStream(connecting);
    const { story, closed } = tell(framed);
    assert.equal(framed.readyState, FramedStream.CONNECTING);
    assert.throws(() => framed.send("early"), { name: "InvalidStateError" });
    assert.deepStrictEqual([story, framed.bufferedAmount], [[], 0]);
    connecting.connecting = false;
    connecting.emit("connect");
    assert.equal(framed.readyState, FramedStream.OPEN);
    const other = frameStream(far);
    framed.send("in time");
    assert.deepStrictEqual(await received(other, 1), ["in time"]);
    framed.close();
    assert.deepStrictEqual(await closed, [["open"], ["close", 1005, "", true]]);
  });

  test("close while the stream connects: error, then 1006, and no open", async () => {
    const [near] = duplexPair();
    const framed = frameStream(Object.assign(near, { connecting: true }));
    const { story, closed } = tell(framed);
    framed.close(4000, "never told");
    assert.equal(framed.readyState, FramedStream.CLOSING);
    assert.deepStrictEqual(story, []);
    await closed;
    assert.equal(framed.readyState, FramedStream.CLOSED);
    assert.deepStrictEqual(story, [
      ["error", "MN_ERR_STREAM_FAILED"],
      ["close", 1006, "", false],
    ]);
  });

  test("bufferedAmount counts on what is sent after the end, and what was never written", async () => {
    const [a, b] = framedPair();
    await Promise.all([once(a, "open"), once(b, "open")]);
    a.close();
    a.send("12345678");
    assert.throws(() => a.send(() => {}), { name: "DataCloneError" });
    await once(a, "close");
    assert.equal(a.bufferedAmount, 14);
    a.send("12345678");
    assert.equal(a.bufferedAmount, 28);
    const [near] = duplexPair({ highWaterMark: 1 });
    const stuck = frameStream(near);
    stuck.send("x".repeat(100_000));
    const waits = stuck.bufferedAmount;
    stuck.terminate();
    await once(stuck, "close");
    assert.ok(stuck.bufferedAmount > 0 && stuck.bufferedAmount <= waits, `${stuck.bufferedAmount} of ${waits}`);
  });

  test("a stream that is dead or ended already closes with 1006", async () => {
    const [destroyed] = duplexPair();
    destroyed.destroy();
    const [ended] = duplexPair();
    ended.push(null);
    ended.resume();
    await once(ended, "end");
    const [finished] = duplexPair();
    finished.end();
    for (const stream of [destroyed, ended, finished]) {
      const { closed } = tell(frameStream(stream));
      assert.deepStrictEqual(await closed, [["close", 1006, "", false]]);
    }
  });

  test("one whose data and end wait already delivers them", async () => {
    const [near] = duplexPair();
    near.push(Buffer.concat([valueFrames(1), encodeClose(1001, "away")]));
    near.push(null);
    const { closed } = tell(frameStream(near));
    assert.deepStrictEqual(await closed, [["open"], ["message", 1], ["close", 1001, "away", true]]);
  });

  test("one that never emits close still closes", async () => {
    const [a, b] = framedPair({ emitClose: false });
    const stories = [tell(a), tell(b)];
    a.close();
    for (const { closed } of stories) assert.deepStrictEqual(await closed, [["open"], ["close", 1005, "", true]]);
  });
});

describe("closing", () => {
  test("the close frame goes after everything queued, the peer answers, both end", async () => {
    const [a, b, endA, endB] = framedPair();
    const [storyA, storyB] = [tell(a), tell(b)];
    a.send("last");
    a.close(3001, "so long");
    assert.equal(a.readyState, FramedStream.CLOSING);
    a.send("dropped");
    a.close(1000, "ignored");
    assert.deepStrictEqual(await storyB.closed, [["open"], ["message", "last"], ["close", 3001, "so long", true]]);
    assert.deepStrictEqual(await storyA.closed, [["open"], ["close", 3001, "so long", true]]);
    assert.deepStrictEqual([a.readyState, b.readyState], [FramedStream.CLOSED, FramedStream.CLOSED]);
    assert.ok(endA.destroyed && endB.destroyed);
    a.send("dropped");
    a.close();
    a.terminate();
  });

  test("from both sides at once is clean for both", async () => {
    const [a, b] = framedPair();
    const stories = [tell(a), tell(b)];
    a.close(4001);
    b.close(4002);
    assert.deepStrictEqual(await stories[0]?.closed, [["open"], ["close", 4002, "", true]]);
    assert.deepStrictEqual(await stories[1]?.closed, [["open"], ["close", 4001, "", true]]);
  });

  test("values that come after it are not delivered, as with a WebSocket", async () => {
    const [a, b] = framedPair();
    const { closed } = tell(a);
    a.close();
    b.send("on its way");
    assert.deepStrictEqual(await closed, [["open"], ["close", 1005, "", true]]);
  });

  test("codes and reasons that may not be sent are refused, and nothing happens", () => {
    const [framed] = framedPair();
    for (const code of [0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 1001.5 + 2, 70_000, Number.NaN, null as never]) {
      assert.throws(() => framed.close(code), { name: "InvalidAccessError" });
    }
    assert.throws(() => framed.close(1000, "x".repeat(124)), { name: "SyntaxError" });
    assert.throws(() => framed.close(undefined, "x".repeat(124)), { name: "SyntaxError" });
    assert.equal(framed.readyState, FramedStream.OPEN);
    framed.terminate();
  });

  test("an end without a close frame is 1006, so is a destroyed stream", async () => {
    const first = againstBytes();
    first.far.end(valueFrames(1));
    const story = [["open"], ["message", 1], ["close", 1006, "", false]];
    assert.deepStrictEqual(await tell(first.framed).closed, story);
    const second = againstBytes();
    second.near.destroy();
    assert.deepStrictEqual(await tell(second.framed).closed, [["close", 1006, "", false]]);
  });

  test("an error of the stream is told as a LinkError with its cause", async () => {
    const { framed, near } = againstBytes();
    const { closed } = tell(framed);
    const told = new Promise<Error>((resolve) => framed.on("error", resolve));
    near.destroy(new Error("ECONNRESET"));
    assert.equal(((await told).cause as Error).message, "ECONNRESET");
    assert.deepStrictEqual(await closed, [
      ["error", "MN_ERR_STREAM_FAILED"],
      ["close", 1006, "", false],
    ]);
  });

  test("terminate is at once", async () => {
    const [a, b] = framedPair();
    const stories = [tell(a), tell(b)];
    a.send("lost");
    a.terminate();
    for (const { closed } of stories) assert.deepStrictEqual((await closed).at(-1), ["close", 1006, "", false]);
  });

  test("a peer that does not answer is given up after closeTimeout", async (t) => {
    // The deadline itself keeps no process alive.
    const alive = setInterval(() => {}, 1000);
    t.after(() => clearInterval(alive));
    const { framed, near } = againstBytes({ closeTimeout: 1 });
    const { closed } = tell(framed);
    framed.close(1001);
    assert.deepStrictEqual((await closed).at(-1), ["close", 1006, "", false]);
    assert.ok(near.destroyed);
  });
});

describe("failures", () => {
  const cases: [name: string, bytes: Buffer, code: string, close: number][] = [
    ["an oversized frame", header(1001, FRAME_VALUE), "MN_ERR_FRAME_TOO_LARGE", 1009],
    ["an unknown type", header(1, 0x77), "MN_ERR_FRAME_TYPE", 1002],
    ["a value that cannot be decoded", encodeFrame(FRAME_VALUE, Buffer.of(0x41)), "MN_ERR_FRAME_VALUE", 1007],
    ["an empty value", encodeFrame(FRAME_VALUE, Buffer.of()), "MN_ERR_FRAME_VALUE", 1007],
    ["a malformed close frame", encodeFrame(0x08, Buffer.of(3)), "MN_ERR_FRAME_VALUE", 1002],
  ];
  for (const [name, bytes, code, close] of cases) {
    test(`${name}: error, close frame ${close}, close; nothing more is read`, async () => {
      const { framed, near, far, received } = againstBytes({ maxPayload: 1000 });
      const { closed } = tell(framed);
      const ended = once(far, "end");
      far.write(Buffer.concat([valueFrames(1), bytes, valueFrames(2)]));
      const story = [["open"], ["message", 1], ["error", code], ["close", close, code, false]];
      assert.deepStrictEqual(await closed, story);
      await ended;
      assert.deepStrictEqual(received(), encodeClose(close, code));
      assert.ok(near.destroyed);
    });
  }

  test("a stream cut within a frame: error, then 1006", async () => {
    const { framed, far } = againstBytes();
    far.end(Buffer.concat([valueFrames(1), header(10, FRAME_VALUE), Buffer.of(1)]));
    assert.deepStrictEqual(await tell(framed).closed, [
      ["open"],
      ["message", 1],
      ["error", "MN_ERR_FRAME_TRUNCATED"],
      ["close", 1006, "", false],
    ]);
  });

  test("a stream that gives strings", async () => {
    const stream = Duplex.from({ readable: PassThrough.from(["text"]), writable: new PassThrough().resume() });
    const { closed } = tell(frameStream(stream));
    const story = [["open"], ["error", "MN_ERR_NOT_A_STREAM"], ["close", 1003, "MN_ERR_NOT_A_STREAM", false]];
    assert.deepStrictEqual(await closed, story);
  });

  test("an error that nobody listens for does not throw", async () => {
    const { framed, far } = againstBytes();
    far.write(header(1, 0x77));
    assert.equal(await new Promise((resolve) => framed.on("close", resolve)), 1002);
  });
});

describe("what frameStream takes", () => {
  test("no stream, a stream with an encoding", () => {
    for (const wrong of [
      undefined,
      null,
      1,
      "stream",
      {},
      { on() {}, write() {} },
      new PassThrough().setEncoding("utf8"),
    ]) {
      assert.throws(() => frameStream(wrong as Duplex), { name: "UsageError", code: "MN_ERR_NOT_A_STREAM" });
    }
  });

  test("options out of range", () => {
    const wrong = [
      { maxPayload: 0 },
      { maxPayload: 2 ** 31 },
      { maxPayload: "1" },
      { maxBufferedAmount: -1 },
      { closeTimeout: 1.5 },
    ];
    for (const options of wrong) {
      const [name] = Object.keys(options);
      const expected = { name: "UsageError", code: "MN_ERR_OPTION", message: new RegExp(`^${name} must be`) };
      assert.throws(() => frameStream(new PassThrough(), options as never), expected);
    }
  });
});
