// The checksum against the examples of its specification.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { crc32c } from "#src/balance/crc32c.js";

test("the examples of RFC 3720, and the usual one", () => {
  assert.equal(crc32c(Buffer.alloc(32)), 0x8a9136aa);
  assert.equal(crc32c(Buffer.alloc(32, 0xff)), 0x62a8ab43);
  assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, index) => index)), 0x46dd794e);
  assert.equal(crc32c(Buffer.from("123456789")), 0xe3069283);
  assert.equal(crc32c(), 0);
});

test("property: it does not matter where the bytes are cut", () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.nat(), (bytes, cut) => {
      const at = cut % (bytes.length + 1);
      assert.equal(crc32c(bytes.subarray(0, at), bytes.subarray(at)), crc32c(bytes));
    }),
  );
});
