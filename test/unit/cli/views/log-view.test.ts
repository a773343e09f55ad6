// Lines of the log, as the service itself writes them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inColour, paintLine, plain } from "#src/cli/views/line.js";
import { logJson, type LogLine, logLine, logPrefix, logText, placesOf, skippedText } from "#src/cli/views/log-view.js";
import { formatOf } from "#src/master/output/format.js";
import { nodeOf, NOW, statusOf } from "../../../helpers/status-of.js";

const LINE: LogLine = { time: NOW, node: "node-1", stream: "stdout", text: "\u001b[2Jserves\tnow" };
const nodes = [nodeOf(0, { id: "node-14" }), ...Array.from({ length: 12 }, (_, index) => nodeOf(index + 1))];
const places = placesOf(statusOf({ nodes }));

test("with the prefix and the colour that the service gives them", () => {
  for (const line of [LINE, { ...LINE, partial: true as const }]) {
    for (const { id, place, pid } of [...nodes, { id: "master", place: undefined, pid: 1 }]) {
      const told = { ...line, node: id };
      for (const paint of [plain, inColour]) {
        const shown = paintLine(logPrefix(told, places), Number.POSITIVE_INFINITY, paint) + logText(told);
        assert.equal(`${shown}\n`, formatOf("prefix", paint === inColour)(told, { id, place, pid }));
      }
    }
  }
});

test("as JSON the service writes the same, and the process id besides", () => {
  const written = JSON.parse(formatOf("json", false)(LINE, { id: "node-1", place: 0, pid: 7 })) as { pid?: number };
  delete written.pid;
  assert.deepEqual(JSON.parse(logJson(LINE)), written);
});

test("a node that is gone has the colour of its number, and a stranger is grey", () => {
  const shown = (node: string): string => paintLine(logPrefix({ node }, new Map()), 80, inColour);
  assert.equal(shown("node-1"), paintLine(logPrefix({ node: "node-14" }, places), 80, inColour).replace("14", "1"));
  assert.equal(shown("somebody"), `${inColour("somebody", "grey")} | `);
});

test("on a screen its text is harmless", () => {
  assert.equal(paintLine(logLine(LINE, places), 80, plain), "node-1 | serves  now");
  assert.equal(skippedText(1), "… 1 line left out");
  assert.equal(skippedText(12), "… 12 lines left out");
});
