// Each scenario as a test of `npm test`: the same code as `npm run chaos`, with fewer rounds.
import assert from "node:assert/strict";
import { test } from "node:test";
import { randomFrom, type Scenario } from "./scenario.js";

const MAX_SEED = 1_000_000;

export function shortForms(scenarios: readonly Scenario[]): void {
  for (const { name, rounds, run } of scenarios) {
    test(`${name}, ${rounds.short} times`, async (t) => {
      const seed = Math.floor(Math.random() * MAX_SEED);
      t.diagnostic(`npm run chaos -- --only "${name}" --rounds ${rounds.short} --seed ${seed}`);
      const { wrong } = await run({ scope: t, rounds: rounds.short, random: randomFrom(seed), progress: () => {} });
      assert.deepEqual(wrong, []);
    });
  }
}
