// SIGUSR2: a new master takes over the held sockets; where it fails, the old one goes on.
import assert from "node:assert/strict";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { httpClient } from "../helpers/clients/http.js";
import { eventually, within } from "../helpers/deadline.js";
import { get, getOver, portOf } from "../helpers/http.js";
import { Load } from "../helpers/load.js";
import { wrongWith } from "../helpers/load-ledger.js";
import { Program } from "../helpers/program.js";

test("a new master takes over the port under load: no request is lost, the old one ends", async (t) => {
  const program = Program.start(t, "says-who-then-works.js", { args: ["2"] });
  const port = portOf(await program.first("ready", ({ id }) => id === "master"));
  const load = new Load(() => httpClient({ port, keepAlive: false, fits: (body) => String(body) === "done" }));
  load.start();
  t.after(() => load.stop());
  let master = program.pid;
  for (let upgrade = 1; upgrade <= 3; upgrade++) {
    process.kill(master, "SIGUSR2");
    const before = master;
    await program.until(() => program.all("ready").filter(({ id }) => id === "master").length > upgrade, "it is ready");
    master = program.all("ready").findLast(({ id }) => id === "master")?.pid ?? 0;
    await eventually(() => !program.processes.includes(before), "the old master ends");
  }
  assert.deepEqual(wrongWith(await load.stop()), []);
  process.kill(master, "SIGTERM");
  await program.leavesNothing();
});

test("a new master that fails changes nothing, and the next one may succeed", async (t) => {
  const program = Program.start(t, "upgrades.js");
  const port = portOf(await program.first("ready", ({ id }) => id === "master"));
  writeFileSync(join(program.folder, "broken"), "");
  program.kill("SIGUSR2");
  await eventually(
    () => program.stderr.includes("the new master is given up, this one goes on: it ended with code 1"),
    "it is told",
  );
  assert.equal(JSON.parse((await get(port)).body).master, program.pid);
  rmSync(join(program.folder, "broken"));
  program.kill("SIGUSR2");
  const next = await program.first("master", ({ pid }) => pid !== program.pid);
  assert.equal(await within(program.exitCode, "the old master ends"), 0);
  assert.equal(JSON.parse((await get(port)).body).master, next.pid);
  process.kill(next.pid, "SIGTERM");
  await program.leavesNothing();
});

test("a Unix socket is handed over, and its file goes with the last master alone", async (t) => {
  const program = Program.start(t, "upgrades.js", { args: [JSON.stringify({ path: "service.sock" })] });
  await program.first("ready", ({ id }) => id === "master");
  const path = join(program.folder, "service.sock");
  program.kill("SIGUSR2");
  const next = await program.first("master", ({ pid }) => pid !== program.pid);
  assert.equal(await within(program.exitCode, "the old master ends"), 0);
  assert.equal(JSON.parse((await getOver(path)).body).master, next.pid);
  assert.ok(existsSync(path));
  process.kill(next.pid, "SIGTERM");
  await program.leavesNothing();
});

test("a master that serves a Unix socket itself cannot hand it over, says so, and goes on", async (t) => {
  const options = JSON.stringify({ path: "service.sock", masterListen: true });
  const program = Program.start(t, "upgrades.js", { args: [options] });
  await program.first("ready", ({ id }) => id === "master");
  program.kill("SIGUSR2");
  await eventually(
    () => program.stderr.includes("the new master is given up, this one goes on: as this one accepts itself"),
    "it is told",
  );
  assert.ok((await getOver(join(program.folder, "service.sock"))).body.includes("pid"));
  await program.stop();
});

test("a master that is told to end while a new one starts ends that one too", async (t) => {
  const program = Program.start(t, "upgrades.js");
  await program.first("ready", ({ id }) => id === "master");
  program.kill("SIGUSR2");
  await program.first("master", ({ pid }) => pid !== program.pid);
  program.kill("SIGTERM");
  assert.deepEqual(await program.ended(), { code: 0, signal: null });
  await program.leavesNothing();
});
