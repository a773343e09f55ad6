// The hint at uneven connections: it names the option, and comes only where the user has not chosen one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { hintAtBalance } from "#src/master/balance-hint.js";

test("it names the option where nodes accept for themselves", () => {
  const logged: string[] = [];
  hintAtBalance({ accepted: () => undefined, log: (line) => logged.push(line) });
  assert.equal(logged.length, 1);
  assert.match(String(logged[0]), /balance: "least-connections"/);
});

test("where the master hands connections over, nothing is said", () => {
  const accepted = { waiting: 0, held: {}, malformed: 0 };
  hintAtBalance({ accepted: () => accepted, log: () => assert.fail("it was said") });
});
