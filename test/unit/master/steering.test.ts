// What signals make the master do where that has more to it than one call.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Steered, steer } from "#src/master/steering.js";
import type { Status } from "#src/role.js";
import { beatOf } from "../../helpers/beat.js";

test("an end that takes a while tells who is waited for", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const lines: string[] = [];
  const node = { id: "node-1", vitals: beatOf({ connections: 2 }) };
  const master: Partial<Steered> = {
    close: () => new Promise(() => {}),
    status: async () => ({ nodes: [node] }) as unknown as Status,
    log: (line) => void lines.push(line),
  };
  steer(master as Steered, { type: "stop" });
  t.mock.timers.tick(1_999);
  await Promise.resolve();
  assert.deepEqual(lines, []);
  t.mock.timers.tick(1);
  await new Promise(setImmediate);
  assert.deepEqual(lines, ["still ending: node-1 has 2 open connections; a second signal ends all at once"]);
});

// How many nodes are wanted, the signal, and how many are asked for.
const SIGNALS = [
  [2, 1, 3],
  [2, -1, 1],
  [1, -1, 1],
  [1_024, 1, 1_024],
] as const;

for (const [wanted, by, asked] of SIGNALS) {
  test(`of ${wanted} nodes, a signal for ${by} more makes ${asked}`, () => {
    const orders: unknown[] = [];
    const order = async (given: unknown): Promise<void> => void orders.push(given);
    steer({ wanted, order } as Partial<Steered> as Steered, { type: "resize", by });
    assert.deepEqual(orders, [{ type: "resize", nodes: asked }]);
  });
}
