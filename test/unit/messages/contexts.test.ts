// Which messages share an encoder: those that go to just the same processes, as far as there are numbers for it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Contexts } from "#src/messages/contexts.js";
import { Link } from "#src/messages/link.js";
import { CONTEXTS } from "#src/messages/remote-view.js";
import { duplexPair } from "../../helpers/duplex-pair.js";
import { peer } from "../../helpers/fake-role.js";
import { LIMITS } from "../../helpers/stations.js";

test("one for the same processes in any order, another one for others", () => {
  const contexts = new Contexts(1000);
  const [a, b, c] = links(3);
  const both = contexts.of([a, b]);
  assert.equal(contexts.of([b, a]), both);
  const others = [contexts.of([a]), contexts.of([a, c]), contexts.of([a, b, c]), contexts.of([])];
  assert.equal(new Set([both, ...others].map(({ number }) => number)).size, 5);
  assert.equal(new Set([both, ...others].map(({ encoder }) => encoder)).size, 5);
  assert.equal(contexts.of([]), others[3]);
});

test("when all numbers are taken, the one that was not used for longest makes room", () => {
  const contexts = new Contexts(1000);
  const all = links(CONTEXTS + 1);
  const made = all.slice(0, CONTEXTS).map((link) => contexts.of([link]));
  assert.deepEqual(
    made.map(({ number }) => number),
    Array.from({ length: CONTEXTS }, (_, number) => number),
  );
  const [first, second, ...rest] = made as [(typeof made)[0], (typeof made)[0]];
  for (const context of [first, ...rest]) assert.equal(contexts.touch(context), true);
  const added = contexts.of([all[CONTEXTS] as Link]);
  assert.equal(added.number, second.number);
  assert.notEqual(added.encoder, second.encoder);
  assert.deepEqual([contexts.touch(second), contexts.touch(first), contexts.touch(added)], [false, true, true]);
});

test("a process that is gone takes those with it that it was part of", () => {
  const contexts = new Contexts(1000);
  const [a, b, c] = links(3);
  const [both, one, other] = [contexts.of([a, b]), contexts.of([a]), contexts.of([b, c])];
  contexts.drop(a);
  assert.deepEqual(
    [both, one, other].map((context) => contexts.touch(context)),
    [false, false, true],
  );
  assert.notEqual(contexts.of([a, b]), both);
});

function links(count: number): [Link, Link, Link, ...Link[]] {
  const sink = { frame: (): void => {}, closed: (): void => {} };
  const made = Array.from({ length: count }, (_, n) => new Link(duplexPair()[0], peer(`node-${n}`), LIMITS, sink));
  return made as [Link, Link, Link, ...Link[]];
}
