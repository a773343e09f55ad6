// The number of nodes changes while the service runs: by call, by signal, by load.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Status } from "multi-node";
import { eventually } from "../helpers/deadline.js";
import { get, portOf } from "../helpers/http.js";
import { Program } from "../helpers/program.js";

test("resize() from a node adds nodes and takes them away, each in order", async (t) => {
  const program = Program.start(t, "steered.js");
  const port = portOf(await program.first("ready", ({ id }) => id === "master"));
  assert.equal((await get(port, "/resize/4")).status, 200);
  assert.equal(await serving(port), 4);
  assert.equal((await get(port, "/resize/1")).status, 200);
  await program.count("exit", 3);
  assert.equal(await serving(port), 1);
  assert.ok(program.all("exit").every((line) => (line["exit"] as { reason: string }).reason === "drained"));
  await program.stop();
});

test("resize() to nonsense is refused", async (t) => {
  const program = Program.start(t, "steered.js");
  const port = portOf(await program.first("ready", ({ id }) => id === "master"));
  const { status, body } = await get(port, "/resize/0");
  assert.equal(status, 500);
  assert.deepEqual(JSON.parse(body), {
    code: "MN_ERR_OPTION",
    message: "option nodes: an integer from 1 to 1024 is taken, got 0",
  });
  await program.stop();
});

test("SIGTTIN adds a node and SIGTTOU takes one away, down to one", async (t) => {
  const program = Program.start(t, "steered.js");
  const port = portOf(await program.first("ready", ({ id }) => id === "master"));
  program.kill("SIGTTIN");
  await program.first("ready", ({ id }) => id === "node-3");
  assert.equal(await serving(port), 3);
  for (const left of [2, 1, 1]) {
    program.kill("SIGTTOU");
    await eventually(async () => (await wanted(port)) === left, `${left} nodes are wanted`);
  }
  await program.count("exit", 2);
  assert.equal(await serving(port), 1);
  await program.stop();
});

test("with minNodes and maxNodes, busy nodes get another", async (t) => {
  const program = Program.start(t, "busy.js");
  const port = portOf(await program.first("ready", ({ id }) => id === "master"));
  const load = keepBusy(port);
  await program.first("ready", ({ id }) => id === "node-2");
  assert.match(program.stderr, /multi-node: 2 nodes are wanted instead of 1/);
  await load.stop();
  await program.stop();
});

async function serving(port: number): Promise<number> {
  return (await status(port)).nodes.filter(({ state }) => state === "serving").length;
}

async function wanted(port: number): Promise<number> {
  return (await status(port)).wanted;
}

async function status(port: number): Promise<Status> {
  return JSON.parse((await get(port, "/status")).body) as Status;
}

function keepBusy(port: number): { stop(): Promise<void> } {
  const state = { running: true };
  const worker = async (): Promise<void> => {
    while (state.running) await get(port);
  };
  const workers = [worker(), worker()];
  return {
    stop: async () => {
      state.running = false;
      await Promise.all(workers);
    },
  };
}
