// A hosted program has what every service has: reload with all that it listens on, balance, upgrade, ends; and its own place
// in the service if it asks for it.
import assert from "node:assert/strict";
import { cpSync, writeFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { httpClient } from "../helpers/clients/http.js";
import { eventually, limit, within } from "../helpers/deadline.js";
import { temporaryFolder } from "../helpers/environment.js";
import { freePort } from "../helpers/free-port.js";
import { allServe, runHosted } from "../helpers/hosted.js";
import { get, portOf } from "../helpers/http.js";
import { Load } from "../helpers/load.js";
import { wrongWith } from "../helpers/load-ledger.js";
import type { Program, Told } from "../helpers/program.js";

const HOST = "127.0.0.1";
const hasIPv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"));
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

test("a new release that does not listen on all that the old one does is not ready", async (t) => {
  const [first, second] = [{ port: 0, host: HOST }, { path: join(temporaryFolder(t), "a.sock") }];
  const { program, write } = runFromFile(t, [first, second], { readyTimeout: 2_000 });
  await allServe(program);
  write([first]);
  program.kill("SIGHUP");
  await program.first("reload", ({ state }) => state === "failed");
  write([second, first]);
  program.kill("SIGHUP");
  await program.first("reload", ({ state }) => state === "done");
  await program.stop();
});

test("a place that only the new release has is bound for it", async (t) => {
  const { program, write } = runFromFile(t, [{ port: 0, host: HOST }], {});
  const old = portOf(await allServe(program));
  write([
    { port: 0, host: HOST },
    { port: 0, host: HOST },
  ]);
  program.kill("SIGHUP");
  await program.first("reload", ({ state }) => state === "done");
  const added = await program.first("serves", ({ index }) => index === 1);
  assert.equal((await get(portOf(added))).status, 200);
  assert.equal((await get(old)).status, 200, "the old port is still the same");
  await program.stop();
});

for (const balance of ["round-robin", "least-connections", "sticky"]) {
  test(`balance ${balance} has its way with a hosted program`, async (t) => {
    const program = runHosted(t, "listens.js", { run: { balance } });
    const nodes = (await program.count("serves", 2)).map(({ pid }) => String(pid)).toSorted();
    const port = portOf(await allServe(program));
    const asked = new Set<string>();
    for (let request = 1; request <= 6; request++) asked.add((await get(port)).body);
    if (balance === "round-robin") assert.deepEqual([...asked].toSorted(), nodes);
    if (balance === "sticky") assert.equal(asked.size, 1);
    for (const pid of asked) assert.ok(nodes.includes(pid));
    await program.stop();
  });
}

for (const balance of ["shared", "round-robin"]) {
  test(`a new master runs the same program with the same sockets, under load, with balance ${balance}`, async (t) => {
    const path = join(temporaryFolder(t), "kept.sock");
    const places = [{ port: 0, host: HOST }, balance === "shared" ? { path } : { port: 0, host: HOST }];
    const program = runHosted(t, "listens.js", { args: [places], run: { balance } });
    const before = await program.count("serves", 4);
    const port = portOf(before.find(({ index }) => index === 0) as Told);
    await allServe(program);
    const load = new Load(() => httpClient({ port, keepAlive: false, fits: (body) => body.length > 0 }));
    load.start();
    t.after(() => load.stop());
    program.kill("SIGUSR2");
    assert.equal(await within(program.exitCode, "the old master ends"), 0);
    assert.deepEqual(wrongWith(await load.stop()), []);
    const after = (await program.count("serves", 8)).slice(4);
    const addresses = (told: Told[]): unknown[] =>
      [0, 1].map((at) => told.find(({ index }) => index === at)?.["address"]);
    assert.deepEqual(addresses(after), addresses(before));
    const master = await program.first("ready", ({ id, pid }) => id === "master" && pid !== program.pid);
    process.kill(master.pid, "SIGTERM");
    await program.leavesNothing();
  });
}

test("a new release at another port: the old one is closed and named, and the next reload does not wait for it", async (t) => {
  const [old, other] = [await freePort(), await freePort()];
  const { program, write } = runFromFile(t, [{ port: old, host: HOST }], { log: true });
  await allServe(program);
  write([{ port: other, host: HOST }]);
  program.kill("SIGHUP");
  const done = () => program.all("reload").filter(({ state }) => state === "done").length;
  await program.until(() => done() === 1, "it has reloaded");
  assert.equal((await get(other)).status, 200);
  const closed = `port ${old} of ${HOST}: no node listens there any more: closed`;
  await eventually(() => program.stderr.includes(closed), "the old port is closed");
  // A node that still drains closes the port a moment later.
  await eventually(() => refuses(old), "clients are refused there");
  // Five seconds for each node, if they were to wait for the old port.
  const started = performance.now();
  program.kill("SIGHUP");
  await program.until(() => done() === 2, "it has reloaded again");
  assert.ok(performance.now() - started < limit(5_000));
  await program.stop();
});

async function refuses(port: number): Promise<boolean> {
  const outcome = await get(port).catch((error: NodeJS.ErrnoException) => error.code);
  return outcome === "ECONNREFUSED";
}

test("a new release that spells its address in another way has the same socket", { skip: !hasIPv6 }, async (t) => {
  const port = await freePort();
  const { program, write } = runFromFile(t, [{ port }, { port: 0, host: "::1" }], { readyTimeout: 5_000 });
  await allServe(program);
  await program.count("serves", 4);
  const second = portOf(await program.first("serves", ({ index }) => index === 1));
  write([
    { port, host: "0:0:0:0:0:0:0:0" },
    { port: 0, host: "0:0:0:0:0:0:0:1" },
  ]);
  program.kill("SIGHUP");
  await program.first("reload", ({ state }) => state === "done");
  assert.equal(portOf(program.all("serves").at(-1) as Told), second);
  const pids = program
    .all("serves")
    .slice(-4)
    .map(({ pid }) => String(pid));
  assert.ok(pids.includes((await get(port)).body));
  await program.stop();
});

test("a new master whose nodes do not listen on all that it was given is given up", async (t) => {
  const [first, second] = [
    { port: 0, host: HOST },
    { port: 0, host: HOST },
  ];
  const { program, write } = runFromFile(t, [first, second], { readyTimeout: 2_000, log: true });
  const port = portOf(await allServe(program));
  write([first]);
  program.kill("SIGUSR2");
  await eventually(() => program.stderr.includes("the new master is given up, this one goes on"), "it is told");
  assert.equal((await get(port)).status, 200);
  await program.stop();
});

for (const way of ["none", "close", "nothing"]) {
  test(`when the master is killed the nodes end: on SIGTERM ${way}`, async (t) => {
    const program = runHosted(t, "answers.js", { args: [way], run: { drainTimeout: 500 } });
    await allServe(program);
    program.kill("SIGKILL");
    await eventually(() => program.processes.length === 0, "all end");
    assert.equal(program.all("signal").length, way === "none" ? 0 : 2);
  });
}

test("Ctrl-C ends in order, whatever the program does on SIGINT", async (t) => {
  const script = join(temporaryFolder(t), "server.cjs");
  writeFileSync(
    script,
    `process.on("SIGINT", () => process.exit(9));
    require("http").createServer((_, response) => response.end()).listen(0, "${HOST}");`,
  );
  const program = runHosted(t, script, { ownGroup: true });
  await allServe(program);
  process.kill(-program.pid, "SIGINT");
  assert.deepEqual(await program.ended(), { code: 0, signal: null });
  const reasons = program.all("exit").map(({ exit }) => [(exit as Told)["code"], (exit as Told)["reason"]]);
  assert.deepEqual(reasons, [
    [0, "drained"],
    [0, "drained"],
  ]);
  await program.leavesNothing();
});

for (const copy of ["the same copy of", "another copy of"]) {
  test(`a program that calls listen() of ${copy} this package has its place in the service`, async (t) => {
    const program = runHosted(t, "joins.js", { args: copy.startsWith("another") ? [copyOf(t)] : [] });
    const joined = await program.count("joined", 2);
    await eventually(() => program.processes.length === 4, "a master, two nodes and the reaper are all that there is");
    for (const { isMaster } of joined) assert.equal(isMaster, false);
    assert.equal(portOf(joined[0] as Told), portOf(joined[1] as Told));
    await allServe(program);
    await program.first("news", ({ id, data }) => id === "node-1" && data === "node-2");
    await program.first("news", ({ id, data }) => id === "node-2" && data === "node-1");
    const answers = JSON.parse((await get(portOf(joined[0] as Told), "/ids")).body) as { value: string }[];
    assert.deepEqual(answers.map(({ value }) => value).toSorted(), ["node-1", "node-2"]);
    for (const { code } of await program.count("twice", 2)) assert.equal(code, "MN_ERR_ALREADY_LISTENING");
    await program.stop();
  });
}

test("a program that takes its time to leave has it, whether or not anything keeps it alive", async (t) => {
  const program = runHosted(t, "leaves-late.js");
  await allServe(program);
  await program.stop();
  assert.equal(program.all("left").length, 2);
});

interface FromFile {
  program: Program;
  /** Where the next release listens. */
  write: (places: object[]) => void;
}

function runFromFile(t: TestContext, places: object[], run: Record<string, unknown>): FromFile {
  const file = join(temporaryFolder(t), "places.json");
  const write = (next: object[]): void => writeFileSync(file, JSON.stringify(next));
  write(places);
  return { program: runHosted(t, "listens.js", { args: [file], run: { log: false, ...run } }), write };
}

/** The package as it would be in a program's own node_modules, while another one runs it. */
function copyOf(t: TestContext): string {
  const folder = join(temporaryFolder(t), "multi-node");
  cpSync(join(ROOT, "dist"), join(folder, "dist"), { recursive: true });
  cpSync(join(ROOT, "package.json"), join(folder, "package.json"));
  return pathToFileURL(join(folder, "dist/bundle/index.js")).href;
}
