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
