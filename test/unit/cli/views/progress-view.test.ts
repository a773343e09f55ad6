// What an order tells, node by node.
import assert from "node:assert/strict";
import { test } from "node:test";
import { paintLine } from "#src/cli/views/line.js";
import { plain } from "#src/tones.js";
import { progressLine } from "#src/cli/views/progress-view.js";
import type { Progress } from "#src/control/commands.js";
import { exitOf } from "../../../helpers/status-of.js";

test("each state reads as what happens", () => {
  const said = ["spawning", "serving", "draining", "hung", "odd"].map((state) => shown(inState(state)));
  assert.deepEqual(said, ["node-3 starts", "node-3 serves", "node-3 drains", "node-3 hangs", "node-3 is odd"]);
  assert.equal(progressLine(inState("exited")), undefined, "its end is told with how it ended");
});

test("an end tells how, and why where that is known", () => {
  const ends: readonly (readonly [Parameters<typeof exitOf>[0], string])[] = [
    [{ reason: "drained", code: 0 }, "node-0 has ended after 2 s"],
    [{ code: 1 }, "node-0 ended: code 1 after 2 s"],
    [{ code: null, signal: "SIGSEGV" }, "node-0 ended: SIGSEGV after 2 s"],
    [{ reason: "not-ready" }, "node-0 ended: not ready in time after 2 s"],
    [{ code: null }, "node-0 ended: not started after 2 s"],
    [
      { lastError: "SyntaxError: Unexpected \u001b[31mtoken" },
      "node-0 ended: code 1 after 2 s, SyntaxError: Unexpected token",
    ],
  ];
  for (const [told, text] of ends) assert.equal(shown({ type: "exit", exit: exitOf(told) }), text);
});

function inState(state: string): Progress {
  return { type: "node", id: "node-3", place: 0, state };
}

function shown(progress: Progress): string {
  return paintLine(progressLine(progress) ?? [], 200, plain);
}
