// How lines look, and where colours are wanted.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { LogLine } from "#src/log-lines.js";
import { formatOf, type Origin, wantsColour } from "#src/master/output/format.js";

const NODE: Origin = { id: "node-3", place: 0, pid: 77 };
const MASTER: Origin = { id: "master", place: undefined, pid: 1 };

test("a line stands behind the id of its process", () => {
  const plain = formatOf("prefix", false);
  assert.equal(plain(line("all is well"), NODE), "node-3 | all is well\n");
  assert.equal(plain(line(""), NODE), "node-3 | \n");
  assert.equal(plain(line("so it is"), MASTER), "master | so it is\n");
  assert.equal(plain({ ...line("a part"), partial: true }, NODE), "node-3 | a part…\n");
});

test("on a terminal the id has the colour of its place", () => {
  const coloured = formatOf("prefix", true);
  const own = coloured(line("text"), NODE);
  // oxlint-disable-next-line no-control-regex
  assert.match(own, /^\x1b\[\d+mnode-3\x1b\[39m \| text\n$/);
  assert.equal(coloured(line("text"), { ...NODE, id: "node-9" }), own.replace("node-3", "node-9"));
  assert.notEqual(coloured(line("text"), { ...NODE, place: 1 }), own);
  assert.equal(coloured(line("text"), { ...NODE, place: 1_000 }), own, "colours come round again");
  assert.notEqual(coloured(line("text"), MASTER), own.replace("node-3", "master"));
});

test("a line of JSON has all that is known of it", () => {
  const json = formatOf("json", true);
  const written = json({ ...line('say "hi"'), partial: true }, NODE);
  assert.ok(written.endsWith("}\n"));
  assert.deepEqual(JSON.parse(written), {
    time: "2026-01-02T03:04:05.678Z",
    node: "node-3",
    pid: 77,
    stream: "stdout",
    text: 'say "hi"',
    partial: true,
  });
  assert.equal("partial" in (JSON.parse(json(line("whole"), NODE)) as object), false);
});

test("colours are for terminals, unless the environment says otherwise", () => {
  assert.equal(wantsColour({}, true), true);
  assert.equal(wantsColour({}, false), false);
  assert.equal(wantsColour({ NO_COLOR: "1" }, true), false);
  assert.equal(wantsColour({ NO_COLOR: "" }, true), true);
  assert.equal(wantsColour({ TERM: "dumb" }, true), false);
  assert.equal(wantsColour({ FORCE_COLOR: "1" }, false), true);
  assert.equal(wantsColour({ FORCE_COLOR: "0" }, true), false);
  assert.equal(wantsColour({ FORCE_COLOR: "1", NO_COLOR: "1" }, false), true, "as Node has it");
});

function line(text: string): LogLine {
  return { time: Date.UTC(2026, 0, 2, 3, 4, 5, 678), node: "node-3", stream: "stdout", text };
}
