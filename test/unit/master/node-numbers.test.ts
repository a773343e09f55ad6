// Numbers of nodes: none is used twice, whichever master uses it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { NodeNumbers } from "#src/master/node-numbers.js";

test("numbers go on counting from those of the master before", () => {
  const used: number[] = [];
  const numbers = new NodeNumbers(7, (number) => used.push(number));
  assert.deepEqual([numbers.next(), numbers.next(), used], [8, 9, [8, 9]]);
  numbers.skip(20);
  numbers.skip(15);
  assert.equal(numbers.next(), 21);
});

test("a master and its successor use different numbers, and the successor goes on behind all of them", () => {
  const [old, next] = [new NodeNumbers(), new NodeNumbers(0)];
  old.next();
  const successor = new NodeNumbers(old.leave());
  const all = [old, successor, old, successor].map((numbers) => numbers.next());
  assert.equal(new Set([1, ...all]).size, 5);
  successor.skip(old.behind ?? 0);
  assert.ok(successor.next() > Math.max(...all));
  next.leave();
  assert.equal(next.behind, undefined);
});

test("what a failed successor did not use is used here, but for what it told", () => {
  const numbers = new NodeNumbers(4);
  assert.equal(numbers.leave(), 4);
  numbers.takeBack(6);
  assert.equal(numbers.next(), 7);
  numbers.leave();
  const meanwhile = numbers.next();
  numbers.takeBack(9);
  assert.equal(numbers.next(), meanwhile + 1);
});
