// The example of a job in parts: the parts are spread evenly, and a part whose process dies is counted by another.
import assert from "node:assert/strict";
import { Agent } from "node:http";
import { test } from "node:test";
import { get } from "../../helpers/http.js";
import { startExample } from "./example.js";

interface Count {
  primes: number;
  asked: number;
  nodes: string[];
}

test("the parts are counted by all nodes", async (t) => {
  const { program, port } = await startExample(t, "jobs");
  const { primes, nodes } = JSON.parse((await get(port, "/?below=1000000")).body) as Count;
  assert.equal(primes, 78_498);
  assert.deepEqual([...new Set(nodes)].sort(), ["node-1", "node-2", "node-3", "node-4"]);
  assert.equal((await get(port, "/?below=many")).status, 400);
  await program.stop();
  assert.equal(program.stderr, "");
});

test("a node that is killed takes no part along", async (t) => {
  const { program, port } = await startExample(t, "jobs");
  // One connection, so one node.
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const { asked } = JSON.parse((await get(port, "/?below=16", agent)).body) as Count;
  const counted = get(port, "/?below=2000000", agent);
  const victim = program.processes.find((pid) => pid !== program.pid && pid !== asked);
  process.kill(Number(victim), "SIGKILL");
  const { primes } = JSON.parse((await counted).body) as Count;
  assert.equal(primes, 148_933);
});
