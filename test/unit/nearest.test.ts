// Which name a misspelt one was meant to be: never a far one, always the closest.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { nearest } from "#src/nearest.js";

const KNOWN = ["port", "host", "path", "nodes", "masterListen", "restartChildren", "drainTimeout"];

test("a slip of each kind finds the name that was meant", () => {
  assert.equal(nearest("prt", KNOWN), "port", "a letter left out");
  assert.equal(nearest("porrt", KNOWN), "port", "a letter too many");
  assert.equal(nearest("pory", KNOWN), "port", "a letter replaced");
  assert.equal(nearest("prot", KNOWN), "port", "two letters exchanged");
  assert.equal(nearest("MASTERLISTEN", KNOWN), "masterListen", "another case");
  assert.equal(nearest("restartChild", KNOWN), "restartChildren", "an end left out");
});

test("a name like no other finds none", () => {
  assert.equal(nearest("workers", KNOWN), undefined);
  assert.equal(nearest("", KNOWN), undefined);
  assert.equal(nearest("port", []), undefined);
});

test("of two that are close the closer one wins, and of equals the first", () => {
  assert.equal(nearest("hosts", ["posts", "host"]), "posts");
  assert.equal(nearest("timeouts", ["timings", "timeout"]), "timeout");
  assert.equal(nearest("pat", ["pact", "path"]), "pact");
});

test("property: a known name finds itself", () => {
  fc.assert(fc.property(fc.constantFrom(...KNOWN), (name) => assert.equal(nearest(name, KNOWN), name)));
});

test("property: the name that is found is as close as any, by the definition of the distance", () => {
  const name = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 7 });
  fc.assert(
    fc.property(name, fc.array(name, { maxLength: 5 }), (given, known) => {
      const found = nearest(given, known);
      const limit = Math.max(1, Math.floor(given.length / 3));
      const least = Math.min(...known.map((candidate) => distance(given, candidate)), Number.POSITIVE_INFINITY);
      if (found === undefined) assert.ok(least > limit);
      else assert.ok(least <= limit && distance(given, found) === least);
    }),
  );
});

/** The distance as it is defined, without its table. */
function distance(a: string, b: string): number {
  if (a === "" || b === "") return a.length + b.length;
  const rest = distance(a.slice(1), b.slice(1));
  if (a[0] === b[0]) return rest;
  const isExchange = a.length > 1 && a[0] === b[1] && a[1] === b[0];
  const exchanged = isExchange ? distance(a.slice(2), b.slice(2)) : rest;
  return 1 + Math.min(rest, exchanged, distance(a.slice(1), b), distance(a, b.slice(1)));
}
