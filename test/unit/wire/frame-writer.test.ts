// Frames on their way out: what is joined, what is copied, and what is told of the bytes that wait.
import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { test } from "node:test";
import { FrameWriter } from "#src/wire/frame-writer.js";

test("the frames of one turn go out as one write, in order, and are copied", async () => {
  const { stream, writes } = slow();
  const writer = new FrameWriter(stream);
  const frame = Buffer.from("a");
  assert.equal(writer.add(frame), true);
  frame.write("x");
  assert.equal(writer.add(Buffer.from("b")), true);
  assert.equal(writer.bufferedBytes, 2);
  await new Promise(setImmediate);
  assert.deepEqual(writes.map(String), ["ab"]);
});

test("a large frame is written as it is, behind what came before it", () => {
  const { stream, writes, take } = slow();
  const writer = new FrameWriter(stream);
  const large = Buffer.alloc(16 * 1024, 7);
  writer.add(Buffer.from("a"));
  assert.equal(writer.add(large), false);
  writer.add(Buffer.from("b"));
  writer.flush();
  while (writes.length < 3) take();
  assert.deepEqual(
    writes.map(({ length }) => length),
    [1, 16 * 1024, 1],
  );
});

test("it is told whenever fewer bytes wait, with what still does", async () => {
  const { stream, take } = slow();
  const told: number[] = [];
  const writer: FrameWriter = new FrameWriter(stream, () => told.push(writer.bufferedBytes));
  for (const size of [10, 20, 30]) {
    writer.add(Buffer.alloc(size));
    writer.flush();
  }
  assert.deepEqual([writer.bufferedBytes, told], [60, []]);
  for (const rest of [50, 30, 0]) {
    take();
    await new Promise(setImmediate);
    assert.equal(told.at(-1), rest);
  }
  assert.equal(told.length, 3);
});

/** A stream whose writes end when the test takes them. */
function slow(): { stream: Writable; writes: Buffer[]; take: () => void } {
  const writes: Buffer[] = [];
  let callback: () => void = () => {};
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      writes.push(chunk);
      callback = done;
    },
  });
  return { stream, writes, take: () => callback() };
}
