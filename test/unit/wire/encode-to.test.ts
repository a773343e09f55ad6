// Frames that are encoded where they are sent from: what is written, and what happens when something comes between.
import assert from "node:assert/strict";
import { connect, createServer, type Socket } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { Writable } from "node:stream";
import { test } from "node:test";
import { LinkError } from "#src/errors.js";
import { ValueDecoder, ValueEncoder } from "#src/wire/codec.js";
import { FrameDecoder, streamLimits } from "#src/wire/decoder.js";
import { encodeFrame, FRAME_VALUE, HEADER_SIZE } from "#src/wire/frame.js";
import { FrameWriter } from "#src/wire/frame-writer.js";
import { within } from "../../helpers/deadline.js";
import { temporaryFolder } from "../../helpers/environment.js";

test("a head of the caller's stands before the value", async () => {
  const { writer, writes } = collected();
  const encoder = new ValueEncoder();
  const writeHead = (
    output: { uint32(value: number): void; byte(value: number): void },
    a: number,
    b: number,
  ): void => {
    output.uint32(a);
    output.byte(b);
  };
  encoder.encodeTo(writer, "hi", 0x17, writeHead, 0x01020304, 5);
  await new Promise(setImmediate);
  assert.deepEqual(writes, [Buffer.from("00000008170102030405a26869", "hex")]);
});

test("a value that fails leaves nothing, and what follows depends on nothing before it", async () => {
  const { writer, writes } = collected();
  const encoder = new ValueEncoder(1000);
  encoder.encodeTo(writer, { a: 1 });
  for (const bad of [{ a: () => {} }, { a: "é".repeat(600) }, { b: Buffer.alloc(2000) }]) {
    assert.throws(() => encoder.encodeTo(writer, bad));
  }
  encoder.encodeTo(writer, { a: 2 });
  await new Promise(setImmediate);
  assert.deepEqual(read(Buffer.concat(writes)), [{ a: 1 }, { a: 2 }]);
});

test("a frame that is sent while a value is read is sent; the value is refused, and the stream stays whole", async () => {
  for (const size of [10, 20_000, 70_000]) {
    const { writer, writes } = collected();
    const encoder = new ValueEncoder();
    const other = encodeFrame(
      FRAME_VALUE,
      Buffer.concat([Buffer.of(0xc6, 0, 0, size >> 8, size & 0xff), Buffer.alloc(size)]).fill(size >> 16, 2, 3),
    );
    const sly = {
      before: "x".repeat(100_000),
      get sends(): number {
        writer.add(other);
        return 1;
      },
      after: "y".repeat(100_000),
    };
    encoder.encodeTo(writer, { first: 1 });
    assert.throws(() => encoder.encodeTo(writer, sly), { name: "DataCloneError" });
    encoder.encodeTo(writer, { last: 1 });
    writer.flush();
    assert.deepEqual(read(Buffer.concat(writes)), [{ first: 1 }, Buffer.alloc(size), { last: 1 }]);
  }
});

test("a getter that gives something else the second time is refused where that matters", () => {
  const { writer } = collected();
  const sly: Record<string, unknown> = {
    get a(): number {
      delete sly.b;
      return 1;
    },
    b: 2,
  };
  assert.throws(() => new ValueEncoder().encodeTo(writer, sly), { name: "DataCloneError" });
});

test("what others add to all objects is not sent", () => {
  // oxlint-disable-next-line no-extend-native -- what others do is the point
  Object.defineProperty(Object.prototype, "added", { value: 1, enumerable: true, configurable: true });
  try {
    const frame = new ValueEncoder().encode({ a: { b: 1 } });
    const value = new ValueDecoder().decode(frame, HEADER_SIZE) as { a: object };
    assert.deepEqual([Object.keys(value), Object.keys(value.a)], [["a"], ["b"]]);
  } finally {
    Reflect.deleteProperty(Object.prototype, "added");
  }
});

test("a record with the key __proto__, which no sender defines, is refused", () => {
  const payload = Buffer.concat([Buffer.of(0xd4, 0x72, 0x40, 0x91, 0xa9), Buffer.from("__proto__"), Buffer.of(0x80)]);
  assert.throws(() => new ValueDecoder().decode(payload), LinkError);
});

test("memory that is used again does not change what is on its way, whatever waits", async (t) => {
  const path = join(temporaryFolder(t), "socket");
  const server = createServer().listen(path);
  t.after(() => server.close());
  const socket = connect(path);
  const [far] = (await once(server, "connection")) as [Socket];
  const writer = new FrameWriter(socket, () => {}, "reused");
  const encoder = new ValueEncoder();
  const values = Array.from({ length: 400 }, (_, index) => ({
    index,
    text: String(index % 10).repeat((index * 7919) % 300_000),
  }));
  const chunks: Buffer[] = [];
  far.pause();
  for (const [index, value] of values.entries()) {
    encoder.encodeTo(writer, value);
    if (index % 7 === 0) await new Promise(setImmediate);
    if (index === 100) far.on("data", (chunk: Buffer) => chunks.push(chunk)).resume();
  }
  socket.end();
  await within(once(far, "end"), "all has come");
  assert.deepEqual(read(Buffer.concat(chunks)), values);
});

/** A writer, and copies of what it has written. */
function collected(): { writer: FrameWriter; writes: Buffer[] } {
  const writes: Buffer[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      writes.push(Buffer.from(chunk));
      done();
    },
  });
  return { writer: new FrameWriter(stream), writes };
}

/** The values of a whole stream, which comes in chunks. */
function read(stream: Buffer): unknown[] {
  const [values, decoder] = [[] as unknown[], new ValueDecoder()];
  const frames = new FrameDecoder(streamLimits(16 * 1024 * 1024), (_type, bytes, start, end) => {
    values.push(decoder.decode(bytes, start, end));
    return true;
  });
  for (let at = 0; at < stream.length; at += 50_000) frames.push(stream.subarray(at, at + 50_000));
  assert.equal(frames.end(), undefined);
  return values;
}
