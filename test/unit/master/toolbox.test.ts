// The master's side of the tools: each order is answered by the node that got it, or refused in its stead.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Toolbox } from "#src/master/toolbox.js";
import type { ToNode } from "#src/protocol.js";

test("an order goes to its node, and the node's answer comes back", async () => {
  const { toolbox, sent } = start();
  const answer = toolbox.ask("node-2", { name: "inspect" });
  assert.deepEqual(sent, [["node-2", { type: "tool", number: 1, tool: { name: "inspect" } }]]);
  toolbox.hear("node-2", { type: "tool-answer", number: 1, value: { url: "ws://127.0.0.1:1/x" } });
  assert.deepEqual(await answer, { url: "ws://127.0.0.1:1/x" });
});

test("answers find their orders, in whatever order they come", async () => {
  const { toolbox } = start();
  const answers = [toolbox.ask("node-1", { name: "repl" }), toolbox.ask("node-1", { name: "inspect" })];
  toolbox.hear("node-1", { type: "tool-answer", number: 2, value: "second" });
  toolbox.hear("node-1", { type: "tool-answer", number: 1, value: "first" });
  assert.deepEqual(await Promise.all(answers), ["first", "second"]);
});

test("what a node refuses is an error with its code and its words", async () => {
  const { toolbox } = start();
  const answer = toolbox.ask("node-1", { name: "report", path: "/x" });
  toolbox.hear("node-1", { type: "tool-refusal", number: 1, code: "MN_ERR_TOOL_FAILED", message: "node-1: no" });
  await assert.rejects(answer, { name: "ControlError", code: "MN_ERR_TOOL_FAILED", message: "node-1: no" });
});

test("another node's answer, and one to nothing, are not taken", async () => {
  const { toolbox } = start();
  const answer = toolbox.ask("node-1", { name: "inspect" });
  toolbox.hear("node-2", { type: "tool-answer", number: 1, value: "not mine" });
  toolbox.hear("node-1", { type: "tool-answer", number: 7, value: "not asked for" });
  toolbox.hear("node-1", { type: "tool-answer", number: 1, value: "mine" });
  assert.equal(await answer, "mine");
});

test("a node that ends refuses what it was asked, the others' orders go on", async () => {
  const { toolbox } = start();
  const lost = toolbox.ask("node-1", { name: "heap", path: "/x" });
  const kept = toolbox.ask("node-2", { name: "heap", path: "/y" });
  toolbox.gone("node-1");
  await assert.rejects(lost, { code: "MN_ERR_TOOL_FAILED", message: "node-1 has ended before it was done" });
  toolbox.hear("node-2", { type: "tool-answer", number: 2, value: "done" });
  assert.equal(await kept, "done");
});

test("a node that stands still refuses what it was asked, one that has begun may take as long as it takes", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { toolbox } = start();
  const begun = toolbox.ask("node-1", { name: "profile", duration: 60_000, path: "/x" });
  const lost = toolbox.ask("node-2", { name: "repl" });
  toolbox.hear("node-1", { type: "tool-begun", number: 1 });
  t.mock.timers.tick(5_000);
  await assert.rejects(lost, {
    code: "MN_ERR_TOOL_FAILED",
    message: "node-2 does not answer: its event loop stands still; status shows where, once hangTimeout is over",
  });
  toolbox.hear("node-2", { type: "tool-answer", number: 2, value: "too late" });
  t.mock.timers.tick(60_000);
  toolbox.hear("node-1", { type: "tool-answer", number: 1, value: "done" });
  assert.equal(await begun, "done");
});

function start(): { toolbox: Toolbox; sent: [string, ToNode][] } {
  const sent: [string, ToNode][] = [];
  return { toolbox: new Toolbox((...message) => void sent.push(message)), sent };
}
