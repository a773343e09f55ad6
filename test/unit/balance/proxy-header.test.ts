// The header that a load balancer puts before its client's bytes, in whichever version and however it is cut.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readProxyHeader } from "#src/balance/proxy-header.js";
import {
  addresses,
  complete,
  malformed,
  SIGNATURE,
  textOf,
  tlv,
  version1,
  version2,
  withChecksum,
} from "./proxy-writer.js";

test("other protocols are malformed from their first byte on", () => {
  malformed("G", /^expected a PROXY header, got a connection that begins with 0x47$/);
  malformed("\u0016\u0003\u0001", /0x16$/);
  malformed("\n", /0x0a$/);
});

const port = fc.integer({ min: 0, max: 65_535 });
const octets = (length: number): fc.Arbitrary<number[]> =>
  fc.array(fc.nat(255), { minLength: length, maxLength: length });
const ends = fc
  .constantFrom(4, 16)
  .chain((length) =>
    fc.tuple(fc.record({ octets: octets(length), port }), fc.record({ octets: octets(length), port })),
  );
const tlvs = fc.array(fc.tuple(fc.integer({ min: 4, max: 255 }), fc.uint8Array({ maxLength: 40 })), { maxLength: 4 });

/** Any valid header and what it says. */
const anyHeader = fc.oneof(
  ends.map(([source, destination]) => {
    const protocol = source.octets.length === 4 ? "TCP4" : "TCP6";
    const fields = [protocol, textOf(source), textOf(destination), source.port, destination.port];
    return { header: version1(`PROXY ${fields.join(" ")}`), source };
  }),
  fc.tuple(ends, tlvs, fc.boolean()).map(([[source, destination], list, checked]) => {
    const kind = source.octets.length === 4 ? 0x11 : 0x21;
    const parts = [addresses(source, destination), ...list.map(([type, value]) => tlv(type, value))];
    const header = version2(0x21, kind, Buffer.concat(checked ? [...parts, tlv(3, Buffer.alloc(4))] : parts));
    return { header: checked ? withChecksum(header) : header, source };
  }),
);

test("property: what is written is read, and every beginning of it is incomplete", () => {
  fc.assert(
    fc.property(anyHeader, ({ header, source }) => {
      const family = source.octets.length === 4 ? "IPv4" : "IPv6";
      complete(header, { address: textOf(source), port: source.port, family });
      for (let length = 0; length < header.length; length++) {
        assert.deepEqual(readProxyHeader(header.subarray(0, length)), { type: "incomplete" });
      }
    }),
  );
});

test("property: any bytes never throw, and are complete only where the header is really there", () => {
  const beginning = fc.constantFrom(
    "",
    "PROXY ",
    "PROXY TCP4 ",
    "PROXY UNKNOWN",
    SIGNATURE.toString("latin1"),
    "\r\n\r\n",
  );
  const second = fc.constantFrom(
    "",
    "\u0021\u0011\u0000\u000c",
    "\u0021\u0011\u0000\u0014",
    "\u0020",
    "1.2.3.4 5.6.7.8 9 ",
  );
  const bytes = fc
    .tuple(beginning, second, fc.uint8Array({ maxLength: 150 }))
    .map(([first, then, rest]) => Buffer.concat([Buffer.from(first + then, "latin1"), rest]));
  fc.assert(
    fc.property(bytes, (all) => {
      const header = readProxyHeader(all);
      if (header.type !== "complete") return;
      assert.ok(header.length <= all.length);
      const own = all.subarray(0, header.length);
      const isVersion2 = own.subarray(0, 12).equals(SIGNATURE) && own.length === 16 + own.readUInt16BE(14);
      assert.ok(isVersion2 || /^PROXY (?:TCP[46] [^\r\n]*|UNKNOWN(?: .*)?)\r\n$/s.test(own.toString("latin1")));
      assert.equal(readProxyHeader(own.subarray(0, -1)).type, "incomplete");
    }),
    { numRuns: 2000 },
  );
});
