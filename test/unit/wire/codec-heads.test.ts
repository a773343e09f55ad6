// Frames for more than one receiver or with more than a value: their type, the room in front of the value, the reset.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LinkError } from "#src/errors.js";
import { ValueDecoder, ValueEncoder } from "#src/wire/codec.js";
import { HEADER_SIZE } from "#src/wire/frame.js";

test("between header and value there is room for the caller, which maxPayload does not count", () => {
  const [encoder, decoder] = [new ValueEncoder(1000), new ValueDecoder(1000)];
  for (const head of [0, 5, 64]) {
    const frame = encoder.encode("x".repeat(997), 0x17, head);
    assert.deepEqual([frame.readUInt32BE(0), frame[4]], [head + 1000, 0x17]);
    assert.equal(frame.length, HEADER_SIZE + head + 1000);
    frame.fill(0xff, HEADER_SIZE, HEADER_SIZE + head);
    assert.equal(decoder.decode(frame, HEADER_SIZE + head), "x".repeat(997));
    assert.throws(() => encoder.encode("x".repeat(998), 0x17, head), {
      code: "MN_ERR_FRAME_TOO_LARGE",
      message: /takes 1001 bytes, at most 1000/,
    });
  }
});

test("a frame behind a reset depends on none before it", () => {
  const encoder = new ValueEncoder();
  encoder.encode({ a: 1, b: 2 });
  const dependent = Buffer.from(encoder.encode({ a: 3, b: 4 }));
  encoder.reset();
  const independent = Buffer.from(encoder.encode({ a: 3, b: 4 }));
  assert.throws(() => new ValueDecoder().decode(dependent, HEADER_SIZE), LinkError);
  assert.deepEqual(new ValueDecoder().decode(independent, HEADER_SIZE), { a: 3, b: 4 });
});

test("frames behind a reset are understood by who got those before it, and by who missed the last one", () => {
  const [encoder, decoder] = [new ValueEncoder(), new ValueDecoder()];
  const pass = (value: unknown): unknown => decoder.decode(encoder.encode(value), HEADER_SIZE);
  for (const value of [{ a: 1 }, { b: 2, c: 3 }]) assert.deepEqual(pass(value), value);
  encoder.encode({ d: 4 });
  encoder.reset();
  for (const value of [{ b: 5, c: 6 }, { a: 7 }, { d: 8 }]) assert.deepEqual(pass(value), value);
});
