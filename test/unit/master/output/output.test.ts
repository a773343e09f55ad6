// What a service writes is kept for whoever asks, and what the master says goes where its user wants it.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { LogLine } from "#src/log-lines.js";
import { Output } from "#src/master/output/output.js";

test("the master's own lines are kept, each by itself, and given to the function of the user", async () => {
  for (const output of ["raw", "prefix", "json"] as const) {
    const logged: string[] = [];
    const service = new Output({
      output,
      log: (line) => void logged.push(line),
      logsTo: "elsewhere",
      hosted: undefined,
      user: undefined,
    });
    service.log("it \u001b[2Jhangs\n  \u202ehere\r");
    assert.deepEqual(logged, ["multi-node: it hangs", "multi-node:   here"]);
    assert.deepEqual(tellsOf(service.feed.recent(10)), ["master stderr it hangs", "master stderr   here"]);
    await service.end();
  }
});

test("what nodes write is kept as lines, whatever becomes of it", async () => {
  const service = new Output({ output: "raw", log: () => {}, logsTo: "elsewhere", hosted: undefined, user: undefined });
  const followed: LogLine[] = [];
  service.feed.follow((line) => void followed.push(line));
  const node = service.node("node-2", 1);
  node.started(77);
  node.take("stdout", Buffer.from("one\ntw"));
  node.take("stdout", Buffer.from("o\nno end"));
  node.finish("stdout");
  node.ended();
  assert.deepEqual(tellsOf(followed), ["node-2 stdout one", "node-2 stdout two", "node-2 stdout no end"]);
  assert.deepEqual(service.feed.recent(10, "node-2"), followed);
  await service.end();
});

test("a line of more than 64 KiB is kept in pieces that say so", () => {
  const service = new Output({ output: "raw", log: () => {}, logsTo: "elsewhere", hosted: undefined, user: undefined });
  service.node("node-1", 0).take("stdout", Buffer.from(`${"x".repeat(65_537)}\n`));
  assert.deepEqual(
    service.feed.recent(2).map(({ text, partial }) => [text.length, partial]),
    [
      [65_536, true],
      [1, undefined],
    ],
  );
});

function tellsOf(lines: readonly LogLine[]): string[] {
  return lines.map(({ node, stream, text }) => `${node} ${stream} ${text}`);
}
