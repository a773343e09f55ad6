// The latest lines are kept, so many and no more, and whoever follows sees each that comes.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { LogLine } from "#src/log-lines.js";
import { LogRing } from "#src/master/output/log-ring.js";
import { logLineOf } from "../../../helpers/log-line.js";

test("the latest lines come oldest first, of all processes or of one", () => {
  const ring = new LogRing();
  for (const [index, node] of ["node-1", "node-2", "master", "node-1"].entries()) ring.add(line(String(index), node));
  assert.deepEqual(textsOf(ring.recent(10)), ["0", "1", "2", "3"]);
  assert.deepEqual(textsOf(ring.recent(2)), ["2", "3"]);
  assert.deepEqual(textsOf(ring.recent(0)), []);
  assert.deepEqual(textsOf(ring.recent(10, "node-1")), ["0", "3"]);
  assert.deepEqual(textsOf(ring.recent(1, "node-1")), ["3"]);
  assert.deepEqual(ring.recent(10, "node-9"), []);
});

test("a thousand lines are kept", () => {
  const ring = new LogRing();
  for (let index = 0; index < 2_500; index++) ring.add(line(String(index)));
  const kept = textsOf(ring.recent(10_000));
  assert.deepEqual([kept.length, kept[0], kept.at(-1)], [1_000, "1500", "2499"]);
});

test("long lines push out more than one", () => {
  const ring = new LogRing();
  for (let index = 0; index < 100; index++) ring.add(line("short"));
  for (let index = 0; index < 100; index++) ring.add(line("x".repeat(65_536)));
  assert.equal(ring.recent(10_000).length, 16);
});

test("whoever follows hears of each line that comes, until they end it", () => {
  const ring = new LogRing();
  ring.add(line("before"));
  const heard: string[] = [];
  const listener = ({ text }: LogLine): void => void heard.push(text);
  const ends = [ring.follow(listener), ring.follow(listener)];
  ring.add(line("one"));
  ends[0]?.();
  ends[0]?.();
  ring.add(line("two"));
  ends[1]?.();
  ring.add(line("three"));
  assert.deepEqual(heard, ["one", "one", "two"]);
});

function line(text: string, node = "node-1"): LogLine {
  return logLineOf({ node, text });
}

function textsOf(lines: readonly LogLine[]): string[] {
  return lines.map(({ text }) => text);
}
