// Who dials whom: of two processes the one that joined later, and nobody else.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Roster } from "#src/mesh/roster.js";

test("a newcomer dials all who were there, in the order in which they came", () => {
  const roster = new Roster();
  assert.deepEqual(roster.join("master"), []);
  assert.deepEqual(roster.join("node-2"), ["master"]);
  assert.deepEqual(roster.join("node-1"), ["master", "node-2"]);
});

test("one that left is dialled by nobody, and the others are to know", () => {
  const roster = new Roster();
  for (const id of ["master", "node-1", "node-2"]) roster.join(id);
  assert.deepEqual(roster.leave("node-1"), ["master", "node-2"]);
  assert.deepEqual(roster.join("node-3"), ["master", "node-2"]);
});

test("one that never joined leaves unnoticed, and nobody leaves twice", () => {
  const roster = new Roster();
  roster.join("master");
  assert.deepEqual(roster.leave("node-1"), []);
  roster.join("node-1");
  assert.deepEqual(roster.leave("node-1"), ["master"]);
  assert.deepEqual(roster.leave("node-1"), []);
});

test("property: of all who are there, each pair was dialled exactly once, whoever came and went", () => {
  const steps = fc.array(fc.record({ joins: fc.boolean(), pick: fc.nat() }), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (list) => {
      const roster = new Roster();
      const dialled = new Map<string, number>();
      let present: string[] = [];
      for (const [number, { joins, pick }] of list.entries()) {
        if (joins) {
          for (const other of roster.join(`node-${number}`)) count(dialled, other, `node-${number}`);
          present.push(`node-${number}`);
        } else if (present.length > 0) {
          const leaver = present[pick % present.length] as string;
          present = present.filter((id) => id !== leaver);
          assert.deepEqual(roster.leave(leaver), present);
        }
        for (const pair of pairsOf(present)) assert.equal(dialled.get(pair), 1, pair);
      }
      assert.ok([...dialled.values()].every((times) => times === 1));
    }),
  );
});

function count(dialled: Map<string, number>, a: string, b: string): void {
  const pair = [a, b].sort().join(" ");
  dialled.set(pair, (dialled.get(pair) ?? 0) + 1);
}

function pairsOf(ids: string[]): string[] {
  return ids.flatMap((a, index) => ids.slice(index + 1).map((b) => [a, b].sort().join(" ")));
}
