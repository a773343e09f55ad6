// Each scenario as a test of `npm test`: the same code as `npm run chaos`, with fewer rounds.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Policy } from "../fixtures/balance-policies.js";
import { inFull, randomFrom, type Scenario } from "./scenario.js";

const MAX_SEED = 1_000_000;

export function shortForms(scenarios: readonly Scenario[], balance: Policy = "shared"): void {
  for (const { name, rounds, run } of scenarios) {
    test(`${inFull(name, balance)}, ${rounds.short} times`, async (t) => {
      const seed = Math.floor(Math.random() * MAX_SEED);
      t.diagnostic(`npm run chaos -- --only "${name}" --balance ${balance} --rounds ${rounds.short} --seed ${seed}`);
      const { wrong } = await run({
        scope: t,
        rounds: rounds.short,
        balance,
        random: randomFrom(seed),
        progress: () => {},
      });
      assert.deepEqual(wrong, []);
    });
  }
}
