// The envelope of our messages.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkPortOptions } from "#src/port-options.js";
import { seal, unseal } from "#src/envelope.js";
import { type ToMaster } from "#src/protocol.js";

test("what is sealed comes out again, after JSON too", () => {
  const message: ToMaster = { type: "bind", key: "tcp:*:80", port: checkPortOptions({ port: 80 }) };
  assert.equal(unseal(seal(message)), message);
  assert.deepEqual(unseal(JSON.parse(JSON.stringify(seal({ type: "ready" })))), { type: "ready" });
});

test("a message of the program's own is none of ours", () => {
  for (const value of [undefined, null, "multi-node", 1, [], {}, { type: "ready" }, { cmd: "multi-node" }]) {
    assert.equal(unseal(value), undefined);
  }
});

test("an envelope without a message of ours holds nothing", () => {
  for (const value of [null, undefined, 1, "ready"]) assert.equal(unseal({ "multi-node": value }), undefined);
});
