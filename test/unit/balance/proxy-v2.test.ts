// The PROXY header of version 2.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readProxyHeader } from "#src/balance/proxy-header.js";
import { complete, malformed, SIGNATURE, tlv, V4, V6, version2, withChecksum } from "./proxy-writer.js";

test("names the client", () => {
  complete(version2(0x21, 0x11, V4), { address: "192.0.2.1", port: 1234, family: "IPv4" });
  complete(version2(0x21, 0x21, V6), { address: "2001:db8::1", port: 65_535, family: "IPv6" });
});

test("may name nobody: the proxy itself, no family, no protocol, a Unix socket", () => {
  complete(version2(0x20, 0x00, Buffer.alloc(0)), "local");
  complete(version2(0x20, 0x11, V4), "local");
  complete(version2(0x20, 0xff, Buffer.from("anything")), "local");
  complete(version2(0x21, 0x00, Buffer.from("anything")), "local");
  complete(version2(0x21, 0x01, Buffer.alloc(0)), "local");
  complete(version2(0x21, 0x10, V4), "local");
  complete(version2(0x21, 0x31, Buffer.alloc(216)), "local");
});

test("what follows the addresses is skipped", () => {
  const rest = Buffer.concat([tlv(1, Buffer.from("h2")), tlv(4, Buffer.alloc(0)), tlv(0xea, Buffer.alloc(300))]);
  complete(version2(0x21, 0x11, Buffer.concat([V4, rest])), { address: "192.0.2.1", port: 1234, family: "IPv4" });
  complete(version2(0x21, 0x11, Buffer.concat([V4, tlv(4, Buffer.alloc(4096 - 12 - 3))])), {
    address: "192.0.2.1",
    port: 1234,
    family: "IPv4",
  });
});

test("as an AWS network load balancer sends it, with a checksum", () => {
  const endpoint = tlv(0xea, Buffer.from("\u0001vpce-08d2bf15fac5001c9"));
  const rest = Buffer.concat([Buffer.from("030004e8d6892d", "hex"), endpoint, tlv(4, Buffer.alloc(36))]);
  const header = version2(0x21, 0x11, Buffer.concat([Buffer.from("ac1f0771ac1f0a1fc8f20050", "hex"), rest]));
  complete(header, { address: "172.31.7.113", port: 51_442, family: "IPv4" });
  header[16] = 0xad;
  malformed(header, /^expected the checksum of the header, got 0xe8d6892d$/);
});

test("a wrong checksum is malformed, a Unix socket's too", () => {
  const right = withChecksum(version2(0x21, 0x31, Buffer.concat([Buffer.alloc(216), tlv(3, Buffer.alloc(4))])));
  complete(right, "local");
  right[20] = 1;
  malformed(right, /^expected the checksum/);
  malformed(version2(0x21, 0x11, Buffer.concat([V4, tlv(3, Buffer.alloc(3))])), /^expected the checksum/);
});

test("what follows the addresses ends with the header", () => {
  for (const rest of ["01", "0100", "010001", "01000aff"]) {
    const header = version2(0x21, 0x11, Buffer.concat([V4, Buffer.from(rest, "hex")]));
    malformed(
      Buffer.concat([header, Buffer.from("GET / HTTP/1.1")]),
      /^expected the value at byte 28 to end with the header/,
    );
  }
});

test("is malformed as soon as that is seen", () => {
  const begin = (...bytes: number[]): Buffer => Buffer.concat([SIGNATURE, Buffer.from(bytes)]);
  malformed("\r\n\r\nG", /^expected the signature of a PROXY header, got 0x0d0a0d0a47$/);
  malformed(begin(0x11), /^expected version 2 after the signature, got 1$/);
  malformed(begin(0x22), /^expected the command LOCAL or PROXY, got 2$/);
  malformed(begin(0x21, 0x41), /^expected an address family from 0 to 3, got 4$/);
  malformed(begin(0x21, 0x12), /^expected the protocol STREAM, got DGRAM$/);
  malformed(begin(0x21, 0x13), /^expected the protocol STREAM, got 3$/);
  malformed(begin(0x21, 0x11, 0, 11), /^expected at least 12 bytes of addresses, got 11$/);
  malformed(begin(0x21, 0x21, 0, 35), /^expected at least 36 bytes of addresses, got 35$/);
  malformed(begin(0x21, 0x31, 0, 215), /^expected at least 216 bytes of addresses, got 215$/);
  malformed(begin(0x20, 0x00, 16, 1), /^expected at most 4096 bytes after the length, got 4097$/);
  assert.equal(readProxyHeader(begin(0x20, 0x00, 16, 0)).type, "incomplete");
});

test("whatever byte of a header with a checksum is changed, it never names another client", () => {
  const checked = withChecksum(version2(0x21, 0x11, Buffer.concat([V4, tlv(3, Buffer.alloc(4))])));
  const client = { address: "192.0.2.1", port: 1234, family: "IPv4" };
  for (let at = 0; at < checked.length; at++) {
    for (let change = 1; change < 256; change++) {
      const bytes = Buffer.from(checked);
      bytes[at] = (bytes[at] as number) ^ change;
      const header = readProxyHeader(bytes);
      if (header.type === "complete" && header.client !== "local")
        assert.deepEqual(header.client, client, `byte ${at}`);
    }
  }
});
