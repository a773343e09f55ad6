// Steering a real service by its control socket.
import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Client } from "#src/control/client.js";
import { CONTROL_SOCKET, type ControlEvent, type Progress } from "#src/control/commands.js";
import { find, list } from "#src/control/discovery.js";
import type { Status } from "#src/role.js";
import { within } from "../helpers/deadline.js";
import { setEnvironment } from "../helpers/environment.js";
import { linesIn } from "../helpers/fake-governed.js";
import { get, portOf } from "../helpers/http.js";
import { Program } from "../helpers/program.js";
import { RawControl } from "../helpers/raw-control.js";
import { controlFolders, steer } from "../helpers/steering.js";

test("info and status tell what the program itself is told", async (t) => {
  const program = Program.start(t, "steered.js");
  const port = portOf(await program.first("ready", ({ id }) => id === "master"));
  const client = await steer(t, program);
  const told = await client.request({ command: "status" });
  const own = JSON.parse((await get(port, "/status")).body) as Status;
  assert.deepEqual(lasting(told), lasting(own));
  const { protocol, version, uid, ...info } = await client.request({ command: "info" });
  const { name, pid, script, cwd, since } = told;
  assert.deepEqual(info, { name, pid, script, cwd, since });
  assert.deepEqual([protocol, uid, pid], [1, process.getuid?.(), program.pid]);
  assert.match(version, /^\d+\.\d+\.\d+/);
  await program.stop();
});

test("reload, scale, restart and stop do what they say, tell of it, and leave nothing", async (t) => {
  const program = Program.start(t, "steered.js");
  await program.first("ready", ({ id }) => id === "master");
  const client = await steer(t, program);
  const asked = async (command: Parameters<Client["request"]>[0]): Promise<string[]> => {
    const events: ControlEvent[] = [];
    assert.equal(await client.request(command, { onEvent: (event) => events.push(event) }), null);
    return (events as Progress[]).map(nameOf);
  };
  const serving = async (): Promise<string[]> => {
    const { nodes } = await client.request({ command: "status" });
    return nodes.filter(({ state }) => state === "serving").map(({ id }) => id);
  };
  const reloaded = await asked({ command: "reload" });
  for (const id of ["node-3", "node-4"]) assert.ok(reloaded.includes(`${id} serving`), reloaded.join());
  for (const id of ["node-1", "node-2"]) assert.ok(reloaded.includes(`${id} ended: drained`), reloaded.join());
  assert.deepEqual(await serving(), ["node-3", "node-4"]);
  assert.deepEqual(await asked({ command: "scale", nodes: 3 }), ["node-5 spawning", "node-5 serving"]);
  assert.deepEqual(await serving(), ["node-3", "node-4", "node-5"]);
  const restarted = await asked({ command: "restart", node: "node-4" });
  assert.deepEqual(restarted.slice(0, 3), ["node-6 spawning", "node-6 serving", "node-4 draining"]);
  assert.deepEqual(await serving(), ["node-3", "node-5", "node-6"]);
  const stopped = await asked({ command: "stop" });
  for (const id of ["node-3", "node-5", "node-6"]) assert.ok(stopped.includes(`${id} ended: drained`), stopped.join());
  assert.deepEqual(await program.ended(), { code: 0, signal: null });
  await program.leavesNothing();
});

test("a reload to a program that is broken says so, with its error, and so does the reload of one node", async (t) => {
  const program = Program.start(t, "upgrades.js");
  await program.first("ready", ({ id }) => id === "master");
  const client = await steer(t, program);
  writeFileSync(join(program.folder, "broken"), "");
  const broken = { name: "ControlError", code: "MN_ERR_RELOAD_FAILED", message: /Error: the new program is broken/ };
  await assert.rejects(client.request({ command: "reload" }), broken);
  await assert.rejects(client.request({ command: "restart", node: "node-2" }), broken);
  await assert.rejects(client.request({ command: "restart", node: "node-77" }), { code: "MN_ERR_NO_SUCH_NODE" });
  await assert.rejects(client.request({ command: "inspect", node: "node-77" }), { code: "MN_ERR_NO_SUCH_NODE" });
  rmSync(join(program.folder, "broken"));
  await program.stop();
});

test("what the nodes write is told, also that of a node that is gone, and what they write from then on", async (t) => {
  const program = Program.start(t, "writes.js");
  const port = portOf(await program.first("ready", ({ id }) => id === "master"));
  const client = await steer(t, program);
  await client.request({ command: "reload" });
  const news = new EventEmitter();
  const events: ControlEvent[] = [];
  const texts = (): string[] => linesIn(events).texts;
  const followed = client.request(
    { command: "logs", follow: true },
    {
      onEvent: (event) => {
        events.push(event);
        news.emit("event");
      },
    },
  );
  while (texts().length < 2) await within(once(news, "event"), "what was written is told");
  assert.deepEqual(texts(), ["node-1 is here", "node-2 is here"]);
  await get(port, "/something");
  while (texts().length < 3) await within(once(news, "event"), "what is written is told");
  assert.equal(texts()[2], "asked for /something");
  const before: ControlEvent[] = [];
  const onEvent = (event: ControlEvent): void => void before.push(event);
  assert.equal(await client.request({ command: "logs", node: "node-1" }, { onEvent }), null);
  assert.deepEqual(linesIn(before).texts, ["node-1 is here"]);
  client.close();
  await assert.rejects(followed, { code: "MN_ERR_CLOSED" });
  await program.stop();
});

test("two services at once: each is found by name, process id and folder, and neither hears of the other's end", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "mn-two-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  setEnvironment(t, { XDG_RUNTIME_DIR: undefined, TMPDIR: folder });
  const [one, other] = ["service one", "service two"].map((name) =>
    Program.start(t, "http.js", { folder, args: [JSON.stringify({ name })] }),
  ) as [Program, Program];
  for (const program of [one, other]) await program.first("ready", ({ id }) => id === "master");
  const listed = (await list()).filter((service) => service.folder.startsWith(folder));
  assert.deepEqual(
    listed.map(({ name, pid, state }) => ({ name, pid, state })),
    [
      { name: "service one", pid: one.pid, state: "answering" },
      { name: "service two", pid: other.pid, state: "answering" },
    ],
  );
  assert.equal((await find("service one")).pid, one.pid);
  assert.equal((await find(String(other.pid))).name, "service two");
  await assert.rejects(find(process.cwd()), { code: "MN_ERR_NO_SERVICE", message: /service one .*service two/ });
  const client = await Client.connect(await find("service one"));
  await client.request({ command: "stop" });
  assert.deepEqual(await one.ended(), { code: 0, signal: null });
  await assert.rejects(find("service one"), { code: "MN_ERR_NO_SERVICE" });
  assert.equal((await find(process.cwd())).pid, other.pid);
  await other.stop();
});

test("a master that is stopped is found, and times out instead of hanging; when it goes on, it answers", async (t) => {
  const program = Program.start(t, "http.js", { args: ['{"name":"stopped service"}'] });
  setEnvironment(t, { XDG_RUNTIME_DIR: undefined, TMPDIR: program.folder });
  await program.first("ready", ({ id }) => id === "master");
  const before = await steer(t, program, { timeout: 300 });
  program.kill("SIGSTOP");
  const listed = (await list({ timeout: 300 })).find(({ folder }) => folder.startsWith(program.folder));
  assert.deepEqual([listed?.pid, listed?.name, listed?.state], [program.pid, "stopped service", "silent"]);
  for (const selector of ["stopped service", String(program.pid)]) {
    const found = await find(selector);
    await assert.rejects(Client.connect(found, { timeout: 300 }), { code: "MN_ERR_CONTROL_TIMEOUT" });
  }
  await assert.rejects(before.request({ command: "status" }), { code: "MN_ERR_CONTROL_TIMEOUT" });
  program.kill("SIGCONT");
  const after = await steer(t, program);
  assert.equal((await after.request({ command: "status" })).pid, program.pid);
  await program.stop();
});

test("garbage, silence and clients that do not read do not disturb the service", async (t) => {
  const program = Program.start(t, "http.js");
  const port = portOf(await program.first("ready", ({ id }) => id === "master"));
  const path = join(controlFolders(program)[0] ?? "", CONTROL_SOCKET);
  const raw = async (): Promise<RawControl> => {
    const socket = connect(path);
    t.after(() => socket.destroy());
    await once(socket, "connect");
    return new RawControl(socket);
  };
  const [noise, deaf] = [await raw(), await raw(), await raw()];
  noise.stream.write(Buffer.alloc(5 * 1024 * 1024, 0xe9));
  noise.stream.write('\n{"id":1}\n\0\n[]\n{"id":2,"command":"scale","nodes":1e99}\n');
  deaf.stream.pause();
  for (let id = 0; id < 20_000; id++) deaf.stream.write(`{"id":${id},"command":"status"}\n`);
  await noise.end(2);
  assert.equal(noise.ends(null).length, 3);
  for (const id of [1, 2]) assert.ok("error" in (await noise.end(id)));
  const client = await steer(t, program);
  assert.equal((await client.request({ command: "status" })).nodes.length, 2);
  assert.equal((await get(port)).status, 200);
  await program.stop();
  assert.equal(program.stderr, "");
});

test("a master that ends at once leaves nothing, and neither does one that is killed", async (t) => {
  const failing = Program.start(t, "never-ready.js");
  await steer(t, failing);
  failing.kill("SIGTERM");
  await failing.ended();
  await failing.leavesNothing();
  const killed = Program.start(t, "http.js");
  await killed.first("ready", ({ id }) => id === "master");
  await steer(t, killed);
  killed.kill("SIGKILL");
  await killed.leavesNothing();
});

test("after SIGUSR2 it is the new master that is found, and the old one is not", async (t) => {
  const program = Program.start(t, "upgrades.js");
  await program.first("ready", ({ id }) => id === "master");
  const client = await steer(t, program);
  program.kill("SIGUSR2");
  const next = await program.first("ready", ({ id, pid }) => id === "master" && pid !== program.pid);
  await within(program.exitCode, "the old master ends");
  await assert.rejects(client.request({ command: "info" }), { code: "MN_ERR_CLOSED" });
  const successor = await steer(t, program);
  assert.equal((await successor.request({ command: "info" })).pid, next.pid);
  await successor.request({ command: "stop" });
  await program.leavesNothing();
});

test("with a user for the nodes, the service is still its master's user's to steer", {
  skip: process.getuid?.() !== 0 && "needs root",
}, async (t) => {
  const program = Program.start(t, "http.js", { args: ['{"user":"nobody"}'] });
  const client = await steer(t, program);
  assert.equal((await client.request({ command: "info" })).uid, 0);
  await client.request({ command: "stop" });
  await program.ended();
  assert.deepEqual(readdirSync(program.folder), []);
  assert.ok(existsSync(program.folder));
});

/** What does not change from one moment to the next. */
function lasting(status: Status): unknown {
  const { nodes, ...rest } = status;
  return { ...rest, nodes: nodes.map(({ vitals: _, ...node }) => node) };
}

function nameOf(event: Progress): string {
  return event.type === "node" ? `${event.id} ${event.state}` : `${event.exit.id} ended: ${event.exit.reason}`;
}
