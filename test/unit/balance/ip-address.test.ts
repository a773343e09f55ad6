// One address, one spelling; Node's own functions say what is right.
import assert from "node:assert/strict";
import { isIPv4 as isIPv4OfNode, isIPv6 } from "node:net";
import { test } from "node:test";
import fc from "fast-check";
import { formatIPv6, isIPv4, mappedIPv4, parseIPv6 } from "#src/balance/ip-address.js";

/** Text that is nearly an address. */
const nearly = fc
  .array(
    fc.constantFrom("0", "1", "a", "F", "12", "255", "256", "ffff", "12345", ":", "::", ".", "1.2.3.4", "g", "%1", " "),
    {
      maxLength: 16,
    },
  )
  .map((parts) => parts.join(""));
const anyText = fc.oneof(fc.string(), nearly, fc.ipV4(), fc.ipV4Extended(), fc.ipV6());
const anyGroups = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), {
  minLength: 8,
  maxLength: 8,
});

test("canonical spellings", () => {
  const canonical = (text: string): string => formatIPv6(parseIPv6(text) ?? []);
  assert.equal(canonical("2001:0DB8:0000:0000:0001:0000:0000:0001"), "2001:db8::1:0:0:1");
  assert.equal(canonical("2001:db8:0:1:1:1:1:1"), "2001:db8:0:1:1:1:1:1");
  assert.equal(canonical("1:0:0:2:0:0:0:3"), "1:0:0:2::3");
  assert.equal(canonical("0:0:0:0:0:0:0:0"), "::");
  assert.equal(canonical("0:0:0:0:0:0:0:1"), "::1");
  assert.equal(canonical("fe80:0::"), "fe80::");
  assert.equal(canonical("::ffff:c000:201"), "::ffff:192.0.2.1");
});

test("what is nearly an IPv6 address is none", () => {
  const short = ["", ":", ":::", "1", ":1", "1:", ":1::2", "1::2:", "1:2:3:4:5:6:7", "::12345", "::g"];
  const long = ["1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::8", "::1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:1.2.3.4", "1::2::3"];
  const dotted = ["1.2.3.4", "1.2.3.4::", "1.2.3.4::1", "::1.2.3.4:1", "::1.2.3", "::1.2.3.256", "::01.2.3.4"];
  for (const text of [...short, ...long, ...dotted]) {
    assert.equal(isIPv6(text), false, text);
    assert.equal(parseIPv6(text), undefined, text);
  }
  for (const text of ["::", "1::", "::1", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1:2:3:4:5:6:1.2.3.4", "1::1.2.3.4"]) {
    assert.equal(parseIPv6(text)?.length, 8, text);
  }
});

test("property: what is an address is Node's opinion, without zones", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      assert.equal(isIPv4(text), isIPv4OfNode(text));
      assert.equal(parseIPv6(text) !== undefined, isIPv6(text) && !text.includes("%"));
    }),
    { numRuns: 1000 },
  );
});

test("property: what is written is read again, and is as short as URLs have it", () => {
  fc.assert(
    fc.property(anyGroups, (groups) => {
      const text = formatIPv6(groups);
      assert.deepEqual(parseIPv6(text), groups);
      if (mappedIPv4(groups) === undefined) assert.equal(new URL(`http://[${text}]`).hostname, `[${text}]`);
    }),
  );
});
