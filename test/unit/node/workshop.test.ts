// Orders for a node's tools: each is confirmed at once and answered once, whatever becomes of it.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Heart } from "#src/node/heartbeat.js";
import { Workshop } from "#src/node/workshop.js";
import type { Tool, ToMaster } from "#src/protocol.js";
import { temporaryFolder } from "../../helpers/environment.js";

test("what a tool gives is the answer", async (t) => {
  const path = `${temporaryFolder(t)}/report`;
  const [answer, ...more] = await answersTo(t, { name: "report", path });
  assert.ok(answer?.type === "tool-answer" && more.length === 0);
  assert.deepEqual([answer.number, (answer.value as { path: string }).path], [7, path]);
});

test("what it cannot do is refused, in its words and with the node's id", async (t) => {
  assert.deepEqual(await answersTo(t, { name: "heap", path: "here" }), [
    {
      type: "tool-refusal",
      number: 7,
      code: "MN_ERR_TOOL_FAILED",
      message: 'node-1: the path of a file has to be absolute, got "here"',
    },
  ]);
});

async function answersTo(t: TestContext, tool: Tool): Promise<ToMaster[]> {
  const sent: ToMaster[] = [];
  const counts = { served: 0, connections: 0, responseTime: null };
  const heart = new Heart(
    () => {},
    () => counts,
  );
  const workshop = new Workshop({ id: "node-1", folder: temporaryFolder(t) }, undefined, heart, (message) =>
    sent.push(message),
  );
  const used = workshop.use({ type: "tool", number: 7, tool });
  assert.deepEqual(sent, [{ type: "tool-begun", number: 7 }], "said before anything is done");
  await used;
  return sent.slice(1);
}
