import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { closeCodeName, isSendableCloseCode } from "#src/wire/close-codes.js";
import { encodeClose, encodeFrame, HEADER_SIZE, parseClose } from "#src/wire/frame.js";

test("a header is the payload's length and the type", () => {
  const frame = encodeFrame(0x42, Buffer.alloc(0x01_02_03, 7));
  assert.deepStrictEqual([...frame.subarray(0, HEADER_SIZE)], [0, 1, 2, 3, 0x42]);
  assert.ok(frame.subarray(HEADER_SIZE).every((byte) => byte === 7));
});

describe("close codes", () => {
  test("that may be sent are those of RFC 6455", () => {
    const sendable = Array.from({ length: 0x10000 }, (_, code) => code).filter(isSendableCloseCode);
    const expected = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014];
    assert.deepStrictEqual(
      sendable.filter((code) => code < 3000),
      expected,
    );
    assert.deepStrictEqual([sendable[expected.length], sendable.at(-1), sendable.length], [3000, 4999, 2012]);
    for (const code of ["1000" as never, 1000.5, Number.NaN]) assert.equal(isSendableCloseCode(code), false);
  });

  test("have names", () => {
    const names = [1000, 1006, 3001, 4999, 999].map(closeCodeName);
    assert.deepStrictEqual(names, [
      "normal closure",
      "abnormal closure",
      "registered code",
      "private code",
      "unknown code",
    ]);
  });
});

describe("close frames", () => {
  test("carry a code and a reason of up to 123 bytes", () => {
    for (const reason of ["", "bye", "\uFEFFmark", "ü".repeat(61), "x".repeat(123)]) {
      const frame = encodeClose(4000, reason);
      assert.deepStrictEqual(parseClose(frame, HEADER_SIZE, frame.length), { code: 4000, reason });
    }
    assert.throws(() => encodeClose(1000, "ü".repeat(62)), { name: "UsageError", code: "MN_ERR_OPTION" });
    assert.throws(() => encodeClose(1006, ""), { name: "UsageError", code: "MN_ERR_OPTION" });
  });

  test("carry neither, which is told as 1005", () => {
    const frame = encodeClose(undefined, "");
    assert.equal(frame.length, HEADER_SIZE);
    assert.deepStrictEqual(parseClose(frame, HEADER_SIZE, frame.length), { code: 1005, reason: "" });
    assert.deepStrictEqual(encodeClose(1005, "left out"), frame);
  });

  test("that are malformed are refused", () => {
    const payloads = [[3], [3, 0xed], [3, 0xee], [0, 0], [3, 0xe8, 0xff], [3, 0xe8, 0xed, 0xa0, 0x80]];
    for (const payload of payloads) {
      const bytes = Buffer.from(payload);
      assert.throws(() => parseClose(bytes, 0, bytes.length), { name: "LinkError", code: "MN_ERR_FRAME_VALUE" });
    }
  });
});
