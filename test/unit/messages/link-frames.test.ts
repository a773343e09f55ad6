// The small frames of a link in bytes, and what is no such frame.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LinkError } from "#src/errors.js";
import * as frames from "#src/messages/link-frames.js";
import { FrameDecoder } from "#src/wire/decoder.js";
import { FRAME_CLOSE, HEADER_SIZE } from "#src/wire/frame.js";

const { linkLimits, nameFrame, numbersFrame, readName, readNumber } = frames;
const TYPES = Object.entries(frames).filter(([name]) => name.startsWith("FRAME_")) as [string, number][];
const BROKEN = { name: "LinkError", code: "MN_ERR_FRAME_VALUE" };

test("each type has a number of its own and a limit", () => {
  const numbers = TYPES.map(([, number]) => number);
  assert.equal(new Set(numbers).size, numbers.length);
  const limits = linkLimits(1000);
  assert.deepEqual(new Set(limits.keys()), new Set([FRAME_CLOSE, ...numbers]));
  for (const [type, limit] of limits) assert.ok(limit > 0 && limit <= 1008, String(type));
});

test("numbers are written one behind the other", () => {
  const frame = numbersFrame(frames.FRAME_CREDIT, 7, 2 ** 32 - 1);
  assert.equal(frame.toString("hex"), "000000082800000007ffffffff");
  assert.equal(readNumber(frame, HEADER_SIZE, frame.length), 7);
  assert.equal(readNumber(frame, HEADER_SIZE + 4, frame.length), 2 ** 32 - 1);
});

test("a name stands alone or behind a number", () => {
  assert.equal(nameFrame(frames.FRAME_LISTEN, "né").toString("hex"), "00000003116ec3a9");
  assert.equal(nameFrame(frames.FRAME_PORT, "né", 5).toString("hex"), "0000000715000000056ec3a9");
});

test("a number that is cut short is refused", () => {
  for (let length = 0; length < 4; length++) {
    assert.throws(() => readNumber(Buffer.alloc(8), 2, 2 + length), { ...BROKEN, message: /cut short/ });
  }
});

test("what is no name is refused", () => {
  assert.throws(() => readName(Buffer.from("abc"), 1, 1), { ...BROKEN, message: /has no name/ });
  assert.throws(() => readName(Buffer.from("abc"), 3, 2), { ...BROKEN, message: /has no name/ });
  for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80]]) {
    const wrong = Buffer.from(bytes);
    assert.throws(
      () => readName(wrong, 0, wrong.length),
      (error: LinkError) => error instanceof LinkError && error.cause instanceof TypeError,
    );
  }
});

test("property: names and numbers arrive as they were sent, however they are cut", () => {
  const name = fc.string({ unit: "binary", minLength: 1, maxLength: 60 });
  const number = fc.nat(2 ** 32 - 1);
  fc.assert(
    fc.property(name, number, fc.integer({ min: 1, max: 9 }), (text, id, size) => {
      const got: unknown[] = [];
      const decoder = new FrameDecoder(linkLimits(1), (type, bytes, start, end) => {
        const at = type === frames.FRAME_PORT ? start + frames.NUMBER : start;
        got.push(type, at === start ? undefined : readNumber(bytes, start, end), readName(bytes, at, end));
        return true;
      });
      const sent = Buffer.concat([nameFrame(frames.FRAME_PORT, text, id), nameFrame(frames.FRAME_LISTEN, text)]);
      for (let at = 0; at < sent.length; at += size) decoder.push(sent.subarray(at, at + size));
      assert.deepEqual(got, [frames.FRAME_PORT, id, text, frames.FRAME_LISTEN, undefined, text]);
    }),
  );
});
