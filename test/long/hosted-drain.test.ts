// A program that knows nothing of this package loses nothing when its nodes are replaced, whether it knows SIGTERM or not.
import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent } from "node:http";
import { connect, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { ANSWER } from "../helpers/clients/answers.js";
import { httpClient } from "../helpers/clients/http.js";
import { eventually, within } from "../helpers/deadline.js";
import { allServe, runHosted } from "../helpers/hosted.js";
import { get, portOf } from "../helpers/http.js";
import { Load } from "../helpers/load.js";
import { wrongWith } from "../helpers/load-ledger.js";
import type { Program, Told } from "../helpers/program.js";

const RELOADS = 2;

for (const way of ["none", "close", "exit"]) {
  for (const balance of ["shared", "round-robin"]) {
    test(`reloads under load lose nothing: on SIGTERM ${way}, balance ${balance}`, async (t) => {
      const { program, port } = await start(t, way, { balance });
      const load = new Load((index) => httpClient({ port, keepAlive: index % 2 === 0, fits: isAnswer }));
      load.start();
      t.after(() => load.stop());
      for (let reload = 1; reload <= RELOADS; reload++) await reloads(program, reload);
      const counts = await load.stop();
      assert.deepEqual(wrongWith(counts), []);
      await program.stop();
      assert.equal(program.stderr, "");
      const all = program.all("serves").length;
      assert.equal(all, 2 + 2 * RELOADS);
      assert.equal(program.all("signal").length, way === "none" ? 0 : all, "each node has had its signal, once");
      for (const { open, pid } of program.all("signal")) assert.equal(open, 0, `connections of ${pid} at its signal`);
      assert.equal(program.all("leaves").length, all);
      for (const { exit } of program.all("exit")) assert.equal((exit as { reason: string }).reason, "drained");
    });
  }
}

test("a program that does nothing on SIGTERM is killed when its time is over", async (t) => {
  const { program } = await start(t, "nothing", { drainTimeout: 300 });
  await reloads(program, 1);
  for (const { exit } of await program.count("exit", 2)) {
    const { reason, signal } = exit as { reason: string; signal: string };
    assert.deepEqual([reason, signal], ["drained", "SIGKILL"]);
  }
  assert.equal(program.all("signal").length, 2);
  await program.stop();
});

for (const way of ["close", "exit"]) {
  test(`upgraded connections and idle ones are not waited for as long: on SIGTERM ${way}`, async (t) => {
    const { program, port } = await start(t, way, { drainTimeout: 600_000 });
    const sockets = await Promise.all([1, 2, 3, 4].map(() => upgraded(port)));
    program.kill("SIGHUP");
    const [first, second] = await program.count("signal", way === "exit" ? 2 : 1);
    const open = Number(first?.["open"]) + Number(second?.["open"] ?? 0);
    if (way === "exit") assert.equal(open, sockets.length);
    for (const socket of sockets) socket.destroy();
    await program.first("reload", ({ state }) => state === "done");
    await program.stop();
  });
}

test("a request without an end is waited for half of the time, and then the program has the other", async (t) => {
  const { program, port } = await start(t, "exit", { drainTimeout: 1_000 });
  const asked = get(port, "/never");
  asked.catch(() => {});
  const { pid } = await program.first("waits");
  program.kill("SIGHUP");
  const signal = await program.first("signal", (told) => told.pid === pid);
  assert.equal(signal["open"], 1);
  await assert.rejects(asked, { code: "ECONNRESET" });
  await program.first("reload", ({ state }) => state === "done");
  await program.stop();
});

for (const way of ["none", "close", "exit"]) {
  test(`SIGTERM to one node ends just that one, and another takes its place: on SIGTERM ${way}`, async (t) => {
    const { program, nodes } = await start(t, way, {});
    const [victim] = nodes;
    process.kill(victim?.pid ?? 0, "SIGTERM");
    const { exit } = await program.first("exit");
    const { pid, code, reason } = exit as Record<string, unknown>;
    assert.deepEqual([pid, code, reason], [victim?.pid, 0, "drained"]);
    await program.count("serves", 3);
    await program.stop();
    assert.equal(program.all("signal").filter((told) => told.pid === victim?.pid).length, way === "none" ? 0 : 1);
  });
}

test("an idle connection is told to go with its next answer", async (t) => {
  const { program, port } = await start(t, "exit", {});
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  await get(port, "/", agent);
  program.kill("SIGHUP");
  await eventually(async () => (await get(port, "/", agent)).headers.connection === "close", "it is told");
  await program.first("reload", ({ state }) => state === "done");
  agent.destroy();
  await program.stop();
});

async function start(
  t: TestContext,
  way: string,
  run: Record<string, unknown>,
): Promise<{ program: Program; port: number; nodes: Told[] }> {
  const program = runHosted(t, "answers.js", { args: [way], run });
  const nodes = await program.count("serves", 2);
  await allServe(program);
  return { program, nodes, port: portOf(nodes[0] as Told) };
}

async function reloads(program: Program, times: number): Promise<void> {
  program.kill("SIGHUP");
  const done = () => program.all("reload").filter(({ state }) => state === "done").length;
  await program.until(() => done() >= times, "it has reloaded");
}

async function upgraded(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1").on("error", () => {});
  socket.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
  const [head] = (await within(once(socket, "data"), "it is upgraded")) as [Buffer];
  assert.match(String(head), /^HTTP\/1.1 101/);
  return socket;
}

function isAnswer(body: Buffer): boolean {
  return String(body) === ANSWER;
}
