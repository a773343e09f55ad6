// What a node asks of its master: each answered once, refused, or in vain.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MultiNodeError, StartError } from "#src/errors.js";
import { Asking } from "#src/node/asking.js";
import type { ToMaster } from "#src/protocol.js";
import { Asked } from "../../helpers/asked.js";

test("each question has a number of its own, by which its answer is known", async () => {
  const { asking, sent } = make();
  const [first, second] = [asking.ask({ type: "status" }), asking.ask({ type: "resize", nodes: 3 })];
  assert.deepEqual(sent, [
    { type: "ask", number: 1, order: { type: "status" } },
    { type: "ask", number: 2, order: { type: "resize", nodes: 3 } },
  ]);
  asking.onAnswer({ type: "answer", number: 2, value: "resized" });
  asking.onAnswer({ type: "answer", number: 1, value: { wanted: 3 } });
  assert.deepEqual(await Promise.all([first, second]), [{ wanted: 3 }, "resized"]);
});

test("a refusal is an error with the master's code and words", async () => {
  const { asking } = make();
  const asked = asking.ask({ type: "reload" });
  asking.onAnswer({ type: "refusal", number: 1, code: "MN_ERR_RELOAD_FAILED", message: "given up" });
  await assert.rejects(asked, (error) => {
    assert.ok(error instanceof StartError, "of the same class as in the master");
    assert.deepEqual([error.code, error.message], ["MN_ERR_RELOAD_FAILED", "given up"]);
    return true;
  });
});

test("a service that ends is no failed start", async () => {
  const { asking } = make();
  const asked = asking.ask({ type: "reload" });
  asking.onAnswer({ type: "refusal", number: 1, code: "MN_ERR_CLOSED", message: "the service ends" });
  await assert.rejects(asked, (error) => error instanceof MultiNodeError && !(error instanceof StartError));
});

test("a second answer, or one to no question, changes nothing", async () => {
  const { asking } = make();
  asking.onAnswer({ type: "answer", number: 1, value: "too early" });
  const asked = asking.ask({ type: "status" });
  asking.onAnswer({ type: "answer", number: 7, value: "another's" });
  asking.onAnswer({ type: "answer", number: 1, value: "first" });
  asking.onAnswer({ type: "refusal", number: 1, code: "MN_ERR_CLOSED", message: "second" });
  assert.equal(await asked, "first");
});

test("when the master is gone, those who wait hear of it, and whoever asks after that is not left waiting", async () => {
  const { asking, sent } = make();
  const waiting = [new Asked(asking.ask({ type: "status" })), new Asked(asking.ask({ type: "reload" }))];
  asking.fail();
  asking.fail();
  waiting.push(new Asked(asking.ask({ type: "status" })));
  await Promise.all(waiting.map(({ settled }) => settled));
  for (const { outcome } of waiting) {
    assert.ok(outcome instanceof MultiNodeError);
    assert.deepEqual([outcome.code, outcome.message], ["MN_ERR_CLOSED", "the master is gone"]);
  }
  assert.equal(sent.length, 2, "the last question was sent to nobody");
  asking.onAnswer({ type: "answer", number: 1, value: "late" });
});

function make(): { asking: Asking; sent: ToMaster[] } {
  const sent: ToMaster[] = [];
  return { asking: new Asking((message) => sent.push(message)), sent };
}
