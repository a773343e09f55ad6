// Lines of the log, as the service itself writes them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { paintLine } from "#src/cli/views/line.js";
import { logLine, logPrefix, skippedText } from "#src/cli/views/log-view.js";
import { textOf } from "#src/log-text.js";
import { formatOf } from "#src/master/output/format.js";
import { inColour, plain } from "#src/tones.js";
import { logLineOf } from "../../../helpers/log-line.js";

const LINE = logLineOf({ place: 0, text: "\u001b[2Jserves\tnow" });

test("with the prefix and the colour that the service gives them", () => {
  const { place: _, ...own } = LINE;
  const places = Array.from({ length: 12 }, (_, place) => logLineOf({ ...LINE, node: `node-${place + 1}`, place }));
  for (const line of [...places, { ...LINE, partial: true as const }, { ...own, node: "master" }]) {
    for (const paint of [plain, inColour]) {
      const shown = paintLine(logPrefix(line), Number.POSITIVE_INFINITY, paint) + textOf(line);
      assert.equal(`${shown}\n`, formatOf("prefix", paint)(line));
    }
  }
});

test("on a screen its text is harmless", () => {
  assert.equal(paintLine(logLine(LINE), 80, plain), "node-1 | serves  now");
  assert.equal(skippedText(1), "… 1 line left out");
  assert.equal(skippedText(12), "… 12 lines left out");
});
