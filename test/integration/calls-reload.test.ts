// A node that drains answers the calls that it has, and gets no more.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { NodeExit } from "multi-node";
import { Program } from "../helpers/program.js";

test("calls in progress are answered by nodes that are replaced meanwhile", async (t) => {
  const program = Program.start(t, "answers-slowly.js");
  const { old, answers, refused } = await program.first("answers");
  assert.deepEqual(answers, old);
  assert.equal(refused, "MN_ERR_NO_HANDLER");
  await program.ended();
  const exits = program.all("exit").map(({ exit }) => exit as NodeExit);
  assert.ok(
    exits.every(({ reason, code }) => reason === "drained" && code === 0),
    JSON.stringify(exits),
  );
});
