// One hundred nodes are killed one after another under load, and every request is accounted for.
import assert from "node:assert/strict";
import { test } from "node:test";
import { portOf } from "../helpers/http.js";
import { httpClient } from "../helpers/clients/http.js";
import { Load } from "../helpers/load.js";
import { wrongWith } from "../helpers/load-ledger.js";
import { Program } from "../helpers/program.js";

const KILLS = 100;
const NODES = 4;

test(`${KILLS} nodes are killed one after another: only what was in flight in them is lost`, async (t) => {
  const program = Program.start(t, "says-who-then-works.js", { args: [String(NODES)] });
  const port = portOf(await program.first("ready", ({ id }) => id === "master"));
  await program.count("ready", 1 + NODES);
  const load = new Load(() => httpClient({ port, keepAlive: false, fits: (body) => String(body) === "done" }), {
    clients: 4,
  });
  load.start();
  t.after(() => load.stop());

  const killed = new Set<number>();
  for (let kill = 0; kill < KILLS; kill++) {
    const serving = program.all("ready").filter(({ id, pid }) => id !== "master" && !killed.has(pid));
    assert.equal(serving.length, NODES, "back to full strength");
    const { pid } = serving[0] as { pid: number };
    killed.add(pid);
    load.ledger.died(pid);
    process.kill(pid, "SIGKILL");
    await program.count("ready", 1 + NODES + kill + 1);
  }

  const counts = await load.stop();
  t.diagnostic(JSON.stringify(counts));
  assert.deepEqual(wrongWith(counts, ["inFlightKilled"]), []);
  assert.ok(counts.ok > KILLS, "there was a load");
  assert.equal(program.all("exit").length, KILLS);
  await program.stop();
});
