// What a program is started with, when it is ready, and which slot of the service it fills.
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { get, portOf } from "../helpers/http.js";
import { temporaryFolder } from "../helpers/environment.js";
import { allServe, runHosted } from "../helpers/hosted.js";
import type { Program, Told } from "../helpers/program.js";
import { steer } from "../helpers/steer.js";

test("env, cwd and nodeArgs reach the program, and the status and the log do not tell of env", async (t) => {
  const cwd = temporaryFolder(t);
  const nodeArgs = ["--max-old-space-size=123"];
  const program = runHosted(t, "as-set.js", { run: { nodes: 1, env: { MODE: "hush" }, cwd, nodeArgs, name: "set" } });
  const up = await program.first("up");
  assert.deepEqual([up["mode"], up["cwd"], up["pwd"]], ["hush", cwd, cwd]);
  assert.deepEqual(up["execArgv"], nodeArgs);
  await allServe(program);
  for (const words of [["status", "--json"], ["list", "--json"], ["logs"]]) {
    const service = words[0] === "list" ? [] : ["-s", "set"];
    const { stdout, code } = await steer(program.folder, ...words, ...service);
    assert.equal(code, 0);
    assert.ok(!stdout.includes("hush"), stdout);
  }
  await program.stop();
});

test("an --env-file is read anew by each node", async (t) => {
  const file = join(temporaryFolder(t), ".env");
  writeFileSync(file, "MODE=first\n");
  const program = runHosted(t, "as-set.js", { run: { nodes: 1, nodeArgs: [`--env-file=${file}`] } });
  await allServe(program);
  writeFileSync(file, "MODE=second\n");
  await reload(program);
  assert.deepEqual(
    program.all("up").map((up) => up["mode"]),
    ["first", "second"],
  );
  await program.stop();
});

test("each node knows its slot, and its successor fills the same one", async (t) => {
  const program = runHosted(t, "as-set.js", { run: { nodes: 3 } });
  await allServe(program);
  await reload(program);
  const slots = program.all("up").map((up) => up["slot"]);
  for (const generation of [slots.slice(0, 3), slots.slice(3)]) {
    assert.deepEqual(new Set(generation), new Set(["0", "1", "2"]));
    assert.equal(generation.length, 3);
  }
  for (const up of program.all("up")) assert.equal(up["instance"], up["slot"]);
  await program.stop();
});

test("with waitReady no request reaches a program before it says that it is ready", async (t) => {
  const ready = join(temporaryFolder(t), "ready");
  const program = runHosted(t, "as-set.js", { args: ["file", ready], run: { nodes: 1, waitReady: true } });
  const port = portOf(await program.first("up"));
  await assert.rejects(get(port), { code: "ECONNREFUSED" });
  assert.deepEqual(program.all("listening"), []);
  writeFileSync(ready, "");
  await allServe(program);
  assert.equal((await get(port)).body, "ready");
  await program.stop();
});

for (const balance of ["shared", "round-robin"]) {
  test(`a reload waits for waitReady, and the old node answers until then: balance ${balance}`, async (t) => {
    const ready = join(temporaryFolder(t), "ready");
    writeFileSync(ready, "");
    const run = { nodes: 1, waitReady: true, killSignal: "SIGINT", balance };
    const program = runHosted(t, "as-set.js", { args: ["file", ready], run });
    const port = portOf(await program.first("up"));
    await allServe(program);
    rmSync(ready);
    program.kill("SIGHUP");
    await program.count("up", 2);
    for (let count = 0; count < 50; count++) assert.equal((await get(port)).body, "ready");
    writeFileSync(ready, "");
    await program.first("reload", ({ state }) => state === "done");
    assert.equal((await get(port)).body, "ready");
    assert.equal(program.all("cleanup").length, 1);
    await program.stop();
    assert.equal(program.all("cleanup").length, 2);
  });
}

test("a program that does not say in time that it is ready has failed to start", async (t) => {
  const run = { nodes: 1, waitReady: true, readyTimeout: 1_500 };
  const program = runHosted(t, "as-set.js", { run });
  assert.equal((await program.ended()).code, 1);
  assert.match(program.stderr, /it listens, but has not said process\.send\("ready"\)/);
  assert.deepEqual(program.all("listening"), []);
});

test("a reload whose new node does not say that it is ready is given up, and the old one stays", async (t) => {
  const ready = join(temporaryFolder(t), "ready");
  writeFileSync(ready, "");
  const run = { nodes: 1, waitReady: true, readyTimeout: 3_000 };
  const program = runHosted(t, "as-set.js", { args: ["file", ready], run });
  const port = portOf(await program.first("up"));
  await allServe(program);
  rmSync(ready);
  program.kill("SIGHUP");
  await program.first("reload", ({ state }) => state === "failed");
  assert.equal((await get(port)).body, "ready");
  await program.stop();
});

async function reload(program: Program): Promise<Told> {
  program.kill("SIGHUP");
  return program.first("reload", ({ state }) => state === "done");
}
