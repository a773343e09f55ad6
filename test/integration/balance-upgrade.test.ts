// SIGUSR2 where the master hands connections over: a new master takes over the held socket, none is lost.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { httpClient } from "../helpers/clients/http.js";
import { eventually, within } from "../helpers/deadline.js";
import { getOver, portOf } from "../helpers/http.js";
import { Load } from "../helpers/load.js";
import { wrongWith } from "../helpers/load-ledger.js";
import { Program } from "../helpers/program.js";

test("under round-robin a new master takes over the port under load, and no request is lost", async (t) => {
  const program = start(t, { balance: "round-robin" });
  const port = portOf(await program.first("ready", ({ id }) => id === "master"));
  const masters = new Set<number>();
  const fits = (body: Buffer): boolean => masters.add((JSON.parse(String(body)) as { master: number }).master).size > 0;
  const load = new Load(() => httpClient({ port, keepAlive: false, fits }), { clients: 4 });
  load.start();
  t.after(() => load.stop());
  program.kill("SIGUSR2");
  const next = await program.first("master", ({ pid }) => pid !== program.pid);
  assert.equal(await within(program.exitCode, "the old master ends"), 0);
  await eventually(() => masters.has(next.pid), "nodes of the new master answer");
  assert.deepEqual(wrongWith(await load.stop()), []);
  assert.deepEqual(masters, new Set([program.pid, next.pid]));
  process.kill(next.pid, "SIGTERM");
  await program.leavesNothing();
});

test("under round-robin a Unix socket cannot be handed over: the master says so, and goes on", async (t) => {
  const program = start(t, { balance: "round-robin", path: "service.sock" });
  await program.first("ready", ({ id }) => id === "master");
  program.kill("SIGUSR2");
  const says = /the new master is given up, this one goes on: as this one accepts itself .*remove the file/;
  await eventually(() => says.test(program.stderr), "it is told");
  assert.ok((await getOver(join(program.folder, "service.sock"))).body.includes("pid"));
  await program.stop();
});

function start(t: Parameters<typeof Program.start>[0], options: object): Program {
  return Program.start(t, "upgrades.js", { args: [JSON.stringify(options)] });
}
