// The stack of an error that ends one node after the other is heard once a minute, and nothing else is lost.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { LogLine } from "#src/log-lines.js";
import { Repeats } from "#src/master/output/repeats.js";

const STACK = [
  "/srv/app.js:1",
  "throw new Error('boom')",
  "^",
  "",
  "Error: boom",
  "    at app.js:1:1",
  "",
  "Node.js v24",
];
const LEFT_OUT = "8 lines are left out here: the same error as of a node before";

test("the same stack of the next nodes is left out, for a minute", () => {
  const repeats = new Repeats();
  assert.deepEqual(life(repeats, "node-1", STACK, 0), STACK);
  assert.deepEqual(life(repeats, "node-2", STACK, 2_000), [LEFT_OUT]);
  assert.deepEqual(life(repeats, "node-3", ["hello", ...STACK], 59_999), ["hello", LEFT_OUT]);
  assert.deepEqual(life(repeats, "node-4", STACK, 60_000), STACK);
  assert.deepEqual(life(repeats, "node-5", STACK, 61_000), [LEFT_OUT]);
  assert.equal(repeats.isHolding, false);
});

for (const [what, lines] of [
  ["another message", STACK.with(4, "Error: bang")],
  ["a part of it", STACK.slice(0, 5)],
  ["more than it", [...STACK, "one more"]],
  ["it twice", [...STACK, ...STACK]],
  ["another error", ["/srv/other.js:2", "Error: boom", "    at other.js:2:1"]],
  ["its first line alone", STACK.slice(0, 1)],
] as const) {
  test(`nothing is lost of a node that writes ${what}`, () => {
    const repeats = new Repeats();
    life(repeats, "node-1", STACK, 0);
    const passed = life(repeats, "node-2", lines, 1);
    if (what === "it twice") assert.deepEqual(passed, [...STACK, LEFT_OUT]);
    else assert.deepEqual(passed, lines);
  });
}

test("a node that writes the stack and does not end is heard, a little later", () => {
  const repeats = new Repeats();
  life(repeats, "node-1", STACK, 0);
  assert.deepEqual(
    texts(
      repeats.take(
        STACK.map((text) => line("node-2", text)),
        1,
      ),
    ),
    [],
  );
  assert.equal(repeats.isHolding, true);
  assert.deepEqual(texts(repeats.release()), STACK);
  assert.equal(repeats.isHolding, false);
  assert.deepEqual(texts(repeats.ended("node-2", 2)), []);
});

test("what ends without an error, and standard output, is never left out", () => {
  const repeats = new Repeats();
  for (const id of ["node-1", "node-2"])
    assert.deepEqual(life(repeats, id, ["/srv/app.js:1", "bye"], 0), ["/srv/app.js:1", "bye"]);
  life(repeats, "node-3", STACK, 0);
  const said = STACK.map((text) => line("node-4", text, "stdout"));
  assert.deepEqual(texts(repeats.take(said, 1)), STACK);
});

/** What is passed on of a node that writes these lines, one by one, and ends. */
function life(repeats: Repeats, id: string, written: readonly string[], now: number): string[] {
  const passed = written.flatMap((text) => repeats.take([line(id, text)], now));
  return texts([...passed, ...repeats.ended(id, now)]);
}

function texts(lines: readonly LogLine[]): string[] {
  return lines.map(({ text }) => text);
}

function line(node: string, text: string, stream: LogLine["stream"] = "stderr"): LogLine {
  return { time: 0, node, pid: 1, stream, text };
}
