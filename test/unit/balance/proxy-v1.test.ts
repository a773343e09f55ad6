// The PROXY header of version 1.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readProxyHeader } from "#src/balance/proxy-header.js";
import { complete, malformed, version1 } from "./proxy-writer.js";

test("names the client", () => {
  const client = { address: "192.0.2.1", port: 1234, family: "IPv4" };
  complete(version1("PROXY TCP4 192.0.2.1 198.51.100.2 1234 443"), client);
  complete(version1("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535"), {
    address: "255.255.255.255",
    port: 65_535,
    family: "IPv4",
  });
  complete(version1("PROXY TCP6 2001:DB8:0:0::0001 ::1 0 0"), { address: "2001:db8::1", port: 0, family: "IPv6" });
  complete(version1("PROXY TCP6 ::ffff:192.0.2.1 ::ffff:198.51.100.2 1 2"), {
    address: "::ffff:192.0.2.1",
    port: 1,
    family: "IPv6",
  });
});

test("may name nobody", () => {
  complete(version1("PROXY UNKNOWN"), "local");
  complete(version1("PROXY UNKNOWN anything \n \r at all"), "local");
  complete(version1(`PROXY UNKNOWN ${"f".repeat(91)}`), "local");
});

test("is at most 107 bytes long", () => {
  malformed(version1(`PROXY UNKNOWN ${"f".repeat(92)}`), /^expected a line of at most 107 bytes, got 'PROXY UNKNOWN f/);
  malformed(`PROXY TCP4 ${"1".repeat(96)}`, /at most 107 bytes/);
  assert.equal(readProxyHeader(Buffer.from(`PROXY TCP4 ${"1".repeat(95)}`)).type, "incomplete");
});

test("is exact in all else", () => {
  const why = /^expected two addresses of the family and two ports, got 'PROXY TCP/;
  for (const fields of [
    "TCP4 192.0.2.1 198.51.100.2 1234",
    "TCP4 192.0.2.1 198.51.100.2 1234 443 ",
    "TCP4 192.0.2.1 198.51.100.2 1234 443 1",
    "TCP4  192.0.2.1 198.51.100.2 1234 443",
    "TCP4 192.0.2.1 198.51.100.2 01234 443",
    "TCP4 192.0.2.1 198.51.100.2 1234 0443",
    "TCP4 192.0.2.1 198.51.100.2 65536 443",
    "TCP4 192.0.2.1 198.51.100.2 1234 65536",
    "TCP4 192.0.2.1 198.51.100.2 -1 443",
    "TCP4 192.0.2.1 198.51.100.2  443",
    "TCP4 192.0.2.01 198.51.100.2 1234 443",
    "TCP4 192.0.2.256 198.51.100.2 1234 443",
    "TCP4 192.0.2.1 198.51.100 1234 443",
    "TCP4 2001:db8::1 2001:db8::2 1234 443",
    "TCP4 192.0.2.1 2001:db8::2 1234 443",
    "TCP6 192.0.2.1 198.51.100.2 1234 443",
    "TCP6 fe80::1%eth0 ::1 1234 443",
    "TCP6 ::1 1::2::3 1234 443",
    "TCP4 192.0.2.1\t198.51.100.2 1234 443",
    "TCP4 192.0.2.1 198.51.100.2 1234 443\r",
  ]) {
    malformed(version1(`PROXY ${fields}`), why);
  }
});

test("is malformed as soon as that is seen", () => {
  const begins = /^expected PROXY and TCP4, TCP6 or UNKNOWN, got/;
  for (const text of ["PX", "PROXYT", "PROXY  ", "PROXY TCP5", "PROXY tcp4", "PROXY UNKNOWX", "PROXY UNKNOWN\n"]) {
    malformed(text, begins);
  }
  for (const text of ["PROXY TCP4 x", "PROXY TCP4 1.2.3.4\n", "PROXY TCP4 1\r2"])
    malformed(text, /^expected two addresses/);
});

test("what came is shown on one line and without control characters", () => {
  malformed("PROXY \u0007\r\n\u009b", /got 'PROXY \\x07\\r\\n\\x9B'$/);
  malformed(`PROXY TCP4 ${"1\n2".repeat(30)}`, /^[ -~]+$/);
});
