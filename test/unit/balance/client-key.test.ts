// What stands for a client: its IPv4 address, or the /64 that it may choose its IPv6 addresses from.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { clientKey } from "#src/balance/client-key.js";

test("an IPv4 address stands for itself, however it comes", () => {
  for (const text of [
    "192.0.2.1",
    "::ffff:192.0.2.1",
    "::ffff:c000:201",
    "::FFFF:C000:0201",
    "0:0:0:0:0:ffff:192.0.2.1",
  ]) {
    assert.equal(clientKey(text), "192.0.2.1");
  }
});

test("all addresses of a /64 have one key, others another", () => {
  for (const text of ["2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:0DB8:0001:2:0:0:192.0.2.1"]) {
    assert.equal(clientKey(text), "2001:db8:1:2::/64");
  }
  assert.equal(clientKey("2001:db8:1:3::1"), "2001:db8:1:3::/64");
  assert.equal(clientKey("::1"), "::/64");
});

test("a zone does not count", () => {
  assert.equal(clientKey("fe80::1%eth0"), "fe80::/64");
  assert.equal(clientKey("fe80::2%2"), "fe80::/64");
});

test("what is no address stays as it is", () => {
  for (const text of ["", "%eth0", "localhost", "1.2.3", "1:2:3", "/run/app.sock"]) assert.equal(clientKey(text), text);
});

const groups = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 });

test("property: the key depends on the first four groups alone, however they are spelt", () => {
  fc.assert(
    fc.property(groups, groups, fc.boolean(), (network, other, upper) => {
      const mixed = [...network.slice(0, 4), ...other.slice(4)]
        .map((group) => group.toString(16).padStart(4, "0"))
        .join(":");
      const spelt = network.map((group) => group.toString(16)).join(":");
      fc.pre(!spelt.startsWith("0:0:0:0:0:ffff:") && !mixed.startsWith("0000:0000:0000:0000:0000:ffff:"));
      assert.equal(clientKey(upper ? mixed.toUpperCase() : mixed), clientKey(spelt));
    }),
  );
});

test("property: networks that differ have keys that differ", () => {
  fc.assert(
    fc.property(groups, fc.nat(3), fc.integer({ min: 1, max: 0xffff }), (network, at, change) => {
      const other = network.with(at, (network[at] as number) ^ change);
      const keyOf = (list: readonly number[]): string => clientKey(list.map((group) => group.toString(16)).join(":"));
      assert.notEqual(keyOf(network), keyOf(other));
    }),
  );
});

test("property: a mapped IPv4 address is the IPv4 address, and never throws", () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      assert.equal(clientKey(address), address);
      assert.equal(clientKey(`::ffff:${address}`), address);
    }),
  );
  fc.assert(fc.property(fc.string(), (text) => assert.equal(typeof clientKey(text), "string")));
});
