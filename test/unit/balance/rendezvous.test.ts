// Clients stay at their place, and as few as possible move when places come and go.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { rendezvous } from "#src/balance/rendezvous.js";

const KEYS = 10_000;
const keysOf = (of: (index: number) => string): string[] => Array.from({ length: KEYS }, (_, index) => of(index));
const named = (count: number, prefix = ""): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

const KINDS: Record<string, string[]> = {
  "consecutive IPv4 addresses": keysOf((n) => `10.1.${n >> 8}.${n & 255}`),
  "IPv4 addresses of one octet each": keysOf((n) => `${n & 255}.${n >> 8}.0.1`),
  "consecutive IPv6 networks": keysOf((n) => `2001:db8:0:${n.toString(16)}::/64`),
  "numbered sessions": keysOf((n) => `session-${n}`),
};

function shares(keys: readonly string[], ids: readonly string[]): Map<string | undefined, number> {
  const counts = new Map<string | undefined, number>(ids.map((id) => [id, 0]));
  for (const key of keys) {
    const id = rendezvous(key, ids);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

function assertEven(keys: readonly string[], ids: readonly string[]): void {
  const fair = keys.length / ids.length;
  for (const [id, count] of shares(keys, ids)) assert.ok(Math.abs(count - fair) <= fair / 10, `${id}: ${count}`);
}

describe("keys spread evenly", () => {
  for (const [kind, keys] of Object.entries(KINDS)) {
    test(kind, () => {
      for (const count of [2, 3, 4]) {
        assertEven(keys, named(count));
        assertEven(keys, named(count, "node-"));
      }
      assertEven(keys, ["node-1", "node-2", "node-3", "node-4", "node-5", "node-6", "node-7", "node-8"]);
    });
  }
});

test("one that comes gets about its share, from all others alike", () => {
  for (const keys of Object.values(KINDS)) {
    const moved = keys.filter((key) => rendezvous(key, named(4)) !== rendezvous(key, named(5)));
    assert.ok(Math.abs(moved.length - KEYS / 5) <= KEYS / 50, `${moved.length} moved`);
    const from = shares(moved, named(4));
    for (const count of from.values()) assert.ok(Math.abs(count - moved.length / 4) <= moved.length / 20, `${count}`);
  }
});

test("a key keeps its place from one version to the next", () => {
  const places = ["192.0.2.1", "192.0.2.2", "2001:db8::/64", "", "sid"].map((key) => rendezvous(key, named(8)));
  assert.deepEqual(places, ["4", "5", "1", "2", "5"]);
});

test("of two that draw the same weight, the order does not decide either", () => {
  // Found by search.
  const choice = rendezvous("192.0.2.1", ["5oyvfv", "j6qoqr"]);
  assert.equal(rendezvous("192.0.2.1", ["j6qoqr", "5oyvfv"]), choice);
});

test("where there is nobody, nobody is chosen", () => {
  assert.equal(rendezvous("192.0.2.1", []), undefined);
});

const ids = fc.uniqueArray(fc.oneof(fc.string({ maxLength: 8 }), fc.nat(20).map(String)), {
  minLength: 1,
  maxLength: 12,
});

test("property: one of them is chosen, whatever their order", () => {
  fc.assert(
    fc.property(fc.string(), ids, fc.nat(), (key, all, turn) => {
      const at = turn % all.length;
      const choice = rendezvous(key, all);
      assert.ok(choice !== undefined && all.includes(choice));
      assert.equal(rendezvous(key, [...all.slice(at), ...all.slice(0, at)]), choice);
      assert.equal(rendezvous(key, all.toReversed()), choice);
    }),
  );
});

test("property: one that goes takes only its own keys along", () => {
  fc.assert(
    fc.property(fc.string(), ids, fc.nat(), (key, all, pick) => {
      const gone = all[pick % all.length];
      const choice = rendezvous(key, all);
      const after = rendezvous(
        key,
        all.filter((id) => id !== gone),
      );
      if (choice !== gone) assert.equal(after, choice);
    }),
  );
});

test("property: one that comes takes keys, and gives none to others", () => {
  fc.assert(
    fc.property(fc.string(), ids, fc.string(), (key, all, comes) => {
      const after = rendezvous(key, [...all, comes]);
      assert.ok(after === comes || after === rendezvous(key, all));
    }),
  );
});
