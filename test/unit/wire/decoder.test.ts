import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { ValueDecoder, ValueEncoder } from "#src/wire/codec.js";
import { FrameDecoder, streamLimits } from "#src/wire/decoder.js";
import { encodeClose, encodeFrame, FRAME_CLOSE, FRAME_VALUE, HEADER_SIZE, writeHeader } from "#src/wire/frame.js";
import { anyValue } from "./any-value.js";

interface Frame {
  readonly type: number;
  readonly payload: Buffer;
}

const KiB = 1024;
const MiB = 1024 * KiB;

function collector(maxPayload: number = MiB): { decoder: FrameDecoder; frames: Frame[] } {
  const frames: Frame[] = [];
  const decoder = new FrameDecoder(streamLimits(maxPayload), (type, bytes, start, end) => {
    frames.push({ type, payload: Buffer.from(bytes.subarray(start, end)) });
    return true;
  });
  return { decoder, frames };
}

function header(length: number, type: number = FRAME_VALUE): Buffer {
  const bytes = Buffer.alloc(HEADER_SIZE);
  writeHeader(bytes, 0, type, length);
  return bytes;
}

/** Cuts `bytes` into chunks of these sizes, over and over. */
function* chunks(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

test("any frames arrive in order under any chunking", () => {
  const payloads = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 10 });
  const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(payloads, sizes, (payloads, sizes) => {
      const { decoder, frames } = collector();
      const stream = Buffer.concat(payloads.map((payload) => encodeFrame(FRAME_VALUE, payload)));
      for (const chunk of chunks(stream, sizes)) assert.equal(decoder.push(chunk), chunk.length);
      assert.deepStrictEqual(
        frames,
        payloads.map((bytes) => ({ type: FRAME_VALUE, payload: Buffer.from(bytes) })),
      );
      assert.deepStrictEqual([decoder.state, decoder.bufferedBytes, decoder.end()], ["header", 0, undefined]);
    }),
  );
});

test("any values arrive equal and in order under any chunking", () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(fc.array(anyValue(), { maxLength: 8 }), sizes, (values, sizes) => {
      const [encoder, codec] = [new ValueEncoder(), new ValueDecoder()];
      const arrived: unknown[] = [];
      const decoder = new FrameDecoder(streamLimits(MiB), (_, bytes, start, end) => {
        arrived.push(codec.decode(bytes, start, end));
        return true;
      });
      const stream = Buffer.concat(values.map((value) => Buffer.from(encoder.encode(value))));
      for (const chunk of chunks(stream, sizes)) decoder.push(chunk);
      assert.deepStrictEqual(arrived, values);
    }),
    { numRuns: 300 },
  );
});

test("a frame within one chunk is handed on in place, others are not", () => {
  const places: Buffer[] = [];
  const decoder = new FrameDecoder(streamLimits(MiB), (_, bytes) => places.push(bytes) > 0);
  const stream = Buffer.concat([encodeFrame(FRAME_VALUE, Buffer.alloc(9)), encodeFrame(FRAME_VALUE, Buffer.alloc(9))]);
  const [first, second] = [stream.subarray(0, 20), stream.subarray(20)];
  decoder.push(first);
  decoder.push(second);
  assert.deepStrictEqual([places[0] === first, places[1] === first || places[1] === second], [true, false]);
});

describe("failures", () => {
  test("an unknown type and a length above the limit fail at the header, before anything is held", () => {
    const cases = [
      [header(1, 0x02), "MN_ERR_FRAME_TYPE"],
      [header(MiB + 1), "MN_ERR_FRAME_TOO_LARGE"],
      [header(0xffffffff), "MN_ERR_FRAME_TOO_LARGE"],
      [header(126, FRAME_CLOSE), "MN_ERR_FRAME_TOO_LARGE"],
    ] as const;
    for (const [bytes, code] of cases) {
      const { decoder, frames } = collector();
      for (const chunk of chunks(bytes, [2])) decoder.push(chunk);
      assert.deepStrictEqual([decoder.state, decoder.error?.code, decoder.bufferedBytes], ["failed", code, 0]);
      assert.equal(decoder.push(encodeFrame(FRAME_VALUE, Buffer.alloc(3))), HEADER_SIZE + 3);
      assert.deepStrictEqual(frames, []);
    }
  });

  test("frames before the bad one still arrive", () => {
    const { decoder, frames } = collector();
    decoder.push(Buffer.concat([encodeFrame(FRAME_VALUE, Buffer.of(1)), header(9, 0x77), Buffer.alloc(20)]));
    assert.deepStrictEqual([frames.length, decoder.state], [1, "failed"]);
  });

  test("an end within a header or a payload is told, an end between frames is not", () => {
    const frame = encodeClose(1000, "bye");
    for (let cut = 0; cut <= frame.length; cut++) {
      const { decoder } = collector();
      decoder.push(frame.subarray(0, cut));
      const expected = cut === 0 || cut === frame.length ? undefined : "MN_ERR_FRAME_TRUNCATED";
      assert.equal(decoder.end()?.code, expected);
    }
  });
});

describe("memory", () => {
  test("a lying header of 16 MiB holds 64 KiB", () => {
    const { decoder } = collector(16 * MiB);
    decoder.push(Buffer.concat([header(16 * MiB), Buffer.of(1)]));
    assert.equal(decoder.bufferedBytes, 64 * KiB);
  });

  test("grows with what has arrived, never beyond the frame", () => {
    const { decoder, frames } = collector(16 * MiB);
    decoder.push(header(16 * MiB));
    const chunk = Buffer.alloc(40 * KiB, 1);
    for (let received = chunk.length; received < 16 * MiB; received += chunk.length) {
      decoder.push(chunk);
      assert.ok(decoder.bufferedBytes <= Math.min(16 * MiB, Math.max(64 * KiB, 16 * received)));
    }
    decoder.push(chunk);
    assert.equal(frames[0]?.payload.length, 16 * MiB);
  });

  test("4 MiB in single bytes take four times as long as 1 MiB, not sixteen times", () => {
    const measure = (size: number): number => {
      const { decoder, frames } = collector(16 * MiB);
      decoder.push(header(size));
      const byte = Buffer.of(1);
      const start = process.cpuUsage();
      for (let left = size; left > 0; left--) decoder.push(byte);
      assert.equal(frames.length, 1);
      return process.cpuUsage(start).user;
    };
    measure(MiB);
    assert.ok(measure(4 * MiB) < 10 * Math.max(measure(MiB), 20_000));
  });
});

describe("stopping", () => {
  test("a handler that returns false makes push say where it stopped", () => {
    const seen: number[] = [];
    const decoder = new FrameDecoder(
      streamLimits(MiB),
      (_, bytes, start) => seen.push(bytes[start] as number) % 2 === 0,
    );
    let rest = Buffer.concat([1, 2, 3, 4].map((byte) => encodeFrame(FRAME_VALUE, Buffer.of(byte))));
    const counts: number[] = [];
    while (rest.length > 0) {
      counts.push(seen.length);
      rest = rest.subarray(decoder.push(rest));
    }
    assert.deepStrictEqual(
      [seen, counts],
      [
        [1, 2, 3, 4],
        [0, 1, 3],
      ],
    );
  });

  test("a handler may stop the decoder: what follows is ignored", () => {
    let calls = 0;
    const decoder: FrameDecoder = new FrameDecoder(streamLimits(MiB), () => {
      calls++;
      decoder.stop();
      return true;
    });
    const frame = encodeFrame(FRAME_VALUE, Buffer.of(1));
    decoder.push(Buffer.concat([frame, frame]));
    decoder.push(frame);
    assert.deepStrictEqual([calls, decoder.state, decoder.error, decoder.end()], [1, "stopped", undefined, undefined]);
  });
});
