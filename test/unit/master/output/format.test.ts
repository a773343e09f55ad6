// How the master writes lines.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { LogLine } from "#src/log-lines.js";
import { formatOf } from "#src/master/output/format.js";
import { inColour, plain } from "#src/tones.js";
import { logLineOf } from "../../../helpers/log-line.js";

const MASTER = { node: "master", pid: 1 };

test("a line stands behind the id of its process", () => {
  const write = formatOf("prefix", plain);
  assert.equal(write(line("all is well")), "node-3 | all is well\n");
  assert.equal(write(line("")), "node-3 | \n");
  assert.equal(write(logLineOf({ ...MASTER, text: "so it is" })), "master | so it is\n");
  assert.equal(write({ ...line("a part"), partial: true }), "node-3 | a part…\n");
});

test("on a terminal the id has the colour of its place", () => {
  const write = formatOf("prefix", inColour);
  const own = write(line("text"));
  // oxlint-disable-next-line no-control-regex
  assert.match(own, /^\x1b\[\d+mnode-3\x1b\[39m \| text\n$/);
  assert.equal(write({ ...line("text"), node: "node-9" }), own.replace("node-3", "node-9"));
  assert.notEqual(write({ ...line("text"), place: 1 }), own);
  assert.equal(write({ ...line("text"), place: 1_000 }), own, "colours come round again");
  assert.notEqual(write(logLineOf({ ...MASTER, text: "text" })), own.replace("node-3", "master"));
});

test("a line of JSON has all that is known of it", () => {
  const write = formatOf("json", inColour);
  const written = write({ ...line('say "hi"'), partial: true });
  assert.ok(written.endsWith("}\n"));
  assert.deepEqual(JSON.parse(written), {
    time: "2026-01-02T03:04:05.678Z",
    node: "node-3",
    pid: 77,
    stream: "stdout",
    text: 'say "hi"',
    partial: true,
  });
  assert.equal("partial" in (JSON.parse(write(line("whole"))) as object), false);
});

function line(text: string): LogLine {
  return logLineOf({ time: Date.UTC(2026, 0, 2, 3, 4, 5, 678), node: "node-3", place: 0, text });
}
