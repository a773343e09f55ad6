// A node that hangs is examined, killed and replaced; one that has reached a limit is replaced without a loss.
import assert from "node:assert/strict";
import { Agent } from "node:http";
import { test } from "node:test";
import type { NodeExit, Status } from "multi-node";
import { within } from "../helpers/deadline.js";
import { get, portOf } from "../helpers/http.js";
import { Program } from "../helpers/program.js";

test("a node that hangs is killed and replaced, the log and the event say where it hung, others serve on", async (t) => {
  const program = start(t, { hangTimeout: 2_000 });
  const port = await portOfMaster(program);
  const lost = get(port, "/hang");
  const hung = await program.first("hangs");
  const others = Promise.all(Array.from({ length: 20 }, () => get(port)));
  assert.ok((await others).every(({ status, body }) => status === 200 && JSON.parse(body).pid !== hung.pid));
  await assert.rejects(lost, { code: "ECONNRESET" });
  const exit = (await program.first("exit"))["exit"] as NodeExit;
  assert.deepEqual([exit.id, exit.signal, exit.reason], [hung.id, "SIGKILL", "hung"]);
  assert.match(exit.lastError ?? "", /at spin \(file:.*steered\.js:\d+:\d+\)/);
  await program.first("ready", ({ id }) => id === "node-3");
  assert.match(
    program.stderr,
    /multi-node: node-\d \(pid \d+\) hung and was killed \(at spin \(.*\) < .*\) after [\d.]+ m?s/,
  );
  assert.doesNotMatch(program.stderr, /Debugger listening/);
  await program.stop();
});

test("a node that hangs while it drains is killed long before its time to drain is over", async (t) => {
  const program = start(t, { hangTimeout: 2_000, drainTimeout: 600_000 });
  const port = await portOfMaster(program);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const { pid } = JSON.parse((await get(port, "/", agent)).body) as { pid: number };
  process.kill(pid, "SIGTERM");
  await program.first("drain", (told) => told.pid === pid);
  await assert.rejects(get(port, "/hang", agent), { code: "ECONNRESET" });
  const exit = (await program.first("exit"))["exit"] as NodeExit;
  assert.deepEqual([exit.pid, exit.signal, exit.reason], [pid, "SIGKILL", "hung"]);
  assert.match(exit.lastError ?? "", /at spin/);
  await program.stop();
});

test("a node that is stopped by a signal is replaced too", async (t) => {
  const program = start(t, { hangTimeout: 2_000 });
  const { pid } = await program.first("ready", ({ id }) => id === "node-1");
  await portOfMaster(program);
  process.kill(pid, "SIGSTOP");
  const exit = (await program.first("exit"))["exit"] as NodeExit;
  assert.deepEqual([exit.id, exit.reason], ["node-1", "hung"]);
  assert.equal(exit.lastError, "where is not known: it is stopped by a signal");
  await program.first("ready", ({ id }) => id === "node-3");
  await program.stop();
});

test("hangTimeout: 0 leaves a node that hangs alone", async (t) => {
  const program = start(t, { hangTimeout: 0, drainTimeout: 200 });
  const port = await portOfMaster(program);
  const lost = get(port, "/hang");
  lost.catch(() => {});
  const hung = await program.first("hangs");
  const ids = (await status(port)).nodes.map(({ id, state }) => `${id} ${state}`);
  assert.deepEqual(ids, ["node-1 serving", "node-2 serving"], `${hung.id} is still counted on`);
  await program.stop();
});

test("a node beyond maxMemory is replaced: another serves before it drains", async (t) => {
  const program = start(t, { nodes: 1, maxMemory: 160 * 1024 * 1024 });
  const port = await portOfMaster(program);
  await get(port, "/grow/200");
  await program.first("ready", ({ id }) => id === "node-2");
  const exit = (await program.first("exit"))["exit"] as NodeExit;
  assert.deepEqual([exit.id, exit.code, exit.reason], ["node-1", 0, "drained"]);
  assert.match(program.stderr, /node-1 \(pid \d+\) has reached its limit of memory: it is replaced/);
  await program.stop();
});

test("a node beyond maxRequests is replaced, and no request is lost", async (t) => {
  const program = start(t, { nodes: 1, maxRequests: 50 });
  const port = await portOfMaster(program);
  const agent = new Agent({ keepAlive: true, maxSockets: 2 });
  t.after(() => agent.destroy());
  const seen = new Set<number>();
  while (seen.size < 3) {
    const { status: code, body } = await within(get(port, "/", agent), "a request is answered");
    assert.equal(code, 200);
    seen.add(JSON.parse(body).pid);
  }
  agent.destroy();
  await program.stop();
});

test("a node beyond maxLifetime is replaced", async (t) => {
  const program = start(t, { nodes: 1, maxLifetime: 500 });
  await program.first("ready", ({ id }) => id === "node-2");
  await program.first("exit", (line) => (line["exit"] as NodeExit).id === "node-1");
  await program.stop();
});

test("status() tells every process the same: how nodes are and how the last ones ended", async (t) => {
  const program = start(t, {});
  const port = await portOfMaster(program);
  process.kill((await program.first("ready", ({ id }) => id === "node-2")).pid, "SIGKILL");
  await program.first("ready", ({ id }) => id === "node-3");
  const { pid, wanted, reloading, nodes } = await status(port);
  assert.deepEqual([pid, wanted, reloading], [program.pid, 2, false]);
  const replaced = nodes.find(({ id }) => id === "node-3");
  assert.deepEqual([replaced?.state, replaced?.restarts], ["serving", 1]);
  assert.deepEqual(
    [replaced?.lastExit?.id, replaced?.lastExit?.signal, replaced?.lastExit?.reason],
    ["node-2", "SIGKILL", "died"],
  );
  await program.stop();
});

test("beyond its intensity of deaths the master gives up, where that is wanted", async (t) => {
  const program = start(t, { restart: { intensity: 2, period: 60_000, beyond: "give-up" } });
  await program.count("ready", 3);
  for (let kill = 1; kill <= 3; kill++) {
    process.kill((await program.first("ready", ({ id }) => id === `node-${kill}`)).pid, "SIGKILL");
    if (kill < 3) await program.first("ready", ({ id }) => id === `node-${kill + 2}`);
  }
  assert.deepEqual(await program.ended(), { code: 1, signal: null });
  assert.match(program.stderr, /nodes of .*steered\.js died 3 times within 60 s, the last one was ended by SIGKILL/);
  await program.leavesNothing();
});

function start(t: Parameters<typeof Program.start>[0], options: object): Program {
  return Program.start(t, "steered.js", { args: [JSON.stringify(options)] });
}

async function portOfMaster(program: Program): Promise<number> {
  return portOf(await program.first("ready", ({ id }) => id === "master"));
}

async function status(port: number): Promise<Status> {
  return JSON.parse((await get(port, "/status")).body) as Status;
}
