// Looking inside a running node from the command line: nothing is restarted for it, and nothing was said at the start.
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import type { Status } from "multi-node";
import { InspectorClient } from "#src/master/inspector-client.js";
import { COMMAND, command, type Done } from "../helpers/command.js";
import { eventually, limit, within } from "../helpers/deadline.js";
import { temporaryFolder } from "../helpers/environment.js";
import { get, portOf } from "../helpers/http.js";
import { Program } from "../helpers/program.js";
import { TestTerminal, whyNoTerminal } from "../helpers/terminal.js";

test("profile, heap and report write files that say what they are to say, and the nodes stay the same", async (t) => {
  const { program, run, folder } = await start(t);
  const before = pids(run);
  const profile = written(run, ["profile", "1", "--duration", "0.2s", "-o", "a.cpuprofile"]);
  assert.ok((profile["nodes"] as []).length > 0 && (profile["samples"] as []).length > 0);
  const { snapshot } = written(run, ["heap", "node-2", "-o", "a.heapsnapshot"]);
  assert.ok((snapshot as { node_count: number }).node_count > 1_000);
  const { header } = written(run, ["report", "2", "-o", join(folder, "a.json")]);
  assert.equal((header as { processId: number }).processId, before[1]);
  assert.deepEqual(pids(run), before);
  await program.stop();
});

test("a file has a name of its own where none is given; one that is there is not overwritten", async (t) => {
  const { program, run, folder } = await start(t);
  const said = run("report", "1");
  assert.match(said.stdout, /\/shop-node-1-\d{8}T\d{6}Z\.report\.json \([\d.]+ KiB\)\n/);
  const again = run("report", "1", "-o", "server.json");
  assert.equal(again.code, 0, again.stderr);
  const text = readFileSync(join(folder, "server.json"), "utf8");
  const refused = run("heap", "1", "-o", "server.json");
  assert.deepEqual([refused.code, refused.stdout], [1, ""]);
  assert.match(refused.stderr, /^multi-node: node-1: .*server\.json is there already, and nothing is overwritten\n$/);
  assert.equal(readFileSync(join(folder, "server.json"), "utf8"), text);
  await program.stop();
});

test("which node: the only one that serves, or one that is there", async (t) => {
  const { program, run } = await start(t, { nodes: 1 });
  assert.equal(run("report", "-o", "one").code, 0);
  assert.equal(run("scale", "2").code, 0);
  const unclear = run("report", "-o", "two");
  assert.deepEqual([unclear.code, unclear.stderr], [2, "multi-node: which node? node-1, node-2 serve\n"]);
  const none = run("report", "7");
  assert.equal(none.code, 3);
  assert.match(none.stderr, /^multi-node: node-7 is not there/);
  await program.stop();
});

test("inspect opens the inspector on loopback, once, until the last command ends, however that ends", async (t) => {
  const { program, begin } = await start(t);
  const first = begin("inspect", "1", "--json");
  const { node, url } = JSON.parse(await first.line()) as { node: string; url: string };
  assert.equal(node, "node-1");
  assert.match(url, /^ws:\/\/127\.0\.0\.1:\d+\/[\w-]+$/);
  const second = begin("inspect", "1");
  assert.equal(await second.line(), url);
  assert.match(await second.line(), new RegExp(`=${url.slice("ws://".length)}$`));
  first.child.kill("SIGKILL");
  await first.done;
  const debug = await attach(url);
  second.child.kill("SIGINT");
  await within(debug.closed, "the debugger is disconnected");
  // While it closes, what connects is reset.
  await assert.rejects(attach(url), { code: /^ECONN(REFUSED|RESET)$/ });
  await program.stop();
});

test("inspect ends with its node", async (t) => {
  const { program, begin, run } = await start(t);
  const inspects = begin("inspect", "1");
  await inspects.line();
  assert.equal(run("restart", "1").code, 0);
  const { code, stdout } = await inspects.done;
  assert.equal(code, 0);
  assert.match(stdout, /\nnode-1 has ended\n$/);
  await program.stop();
});

function attach(url: string): Promise<InspectorClient> {
  return InspectorClient.connect(url, AbortSignal.timeout(20_000));
}

test("repl reads from a pipe: the program's process, nodes and require; errors end nothing", async (t) => {
  const { program, run, ask } = await start(t);
  const before = pids(run);
  assert.equal(ask("process.pid\n").stdout, `${before[0]}\n`);
  assert.equal(ask("nodes.id\n").stdout, "'node-1'\n");
  assert.equal(ask('require("node:path").sep\n').stdout, "'/'\n");
  assert.match(
    ask('setImmediate(() => { throw new Error("late") }); await new Promise(setImmediate); 0\n').stdout,
    /late/,
  );
  assert.match(ask('Promise.reject(new Error("rejected")); await new Promise(setImmediate); 0\n').stdout, /rejected/);
  assert.deepEqual(pids(run), before);
  await program.stop();
});

test("repl that reads from a pipe ends with 1 after an error that nobody caught, and runs the rest before that", async (t) => {
  const { program, ask } = await start(t);
  for (const [typed, code, shown] of [
    ["1 + 1\n", 0, /^2\n$/],
    ["try { none } catch {}; 3\n", 0, /^3\n$/],
    ["none\n4\n", 1, /none is not defined[^]*\n4\n$/],
    ["const x = ;\n5\n", 1, /SyntaxError[^]*5\n$/],
    ["await Promise.reject(new Error('no'))\n6\n", 1, /Error: no\n/],
    ["'a\\0b'\n", 0, /^'a\\x00b'\n$/],
  ] as const) {
    const done = ask(typed);
    assert.match(done.stdout, shown);
    assert.deepEqual([done.code, done.stderr], [code, ""], typed);
  }
  await program.stop();
});

test("a terminal gets prompts, and .exit ends the REPL and not the node", { skip: whyNoTerminal() }, async (t) => {
  const { program, run } = await start(t);
  const before = pids(run);
  const words = ["repl", "1", "-s", String(program.pid)];
  const terminal = TestTerminal.start(t, words, { folder: program.folder });
  await terminal.shows(/^node-1>/m);
  terminal.press("6 * 7\r");
  await terminal.shows(/^42$/m);
  terminal.press(".exit\r");
  assert.equal(await terminal.code(), 0);
  assert.deepEqual(pids(run), before);
  await program.stop();
});

test("Ctrl-] leaves a REPL that does not answer", { skip: whyNoTerminal() }, async (t) => {
  const { program } = await start(t);
  const terminal = TestTerminal.start(t, ["repl", "1", "-s", String(program.pid)], { folder: program.folder });
  await terminal.shows(/^node-1>/m);
  process.kill((await program.first("ready", ({ id }) => id === "node-1")).pid, "SIGSTOP");
  terminal.press("\x1d");
  assert.equal(await terminal.code(), 0);
  process.kill((await program.first("ready", ({ id }) => id === "node-1")).pid, "SIGCONT");
  await program.stop();
});

test("a node that is killed meanwhile, and one that is replaced meanwhile: the command says so", async (t) => {
  const { program, run, start: begin, folder } = await start(t);
  const [killed] = pids(run);
  const first = begin("profile", "1", "--duration", "60s", "-o", "killed");
  await eventually(() => existsSync(join(folder, "killed")), "the profile is begun");
  process.kill(killed ?? 0, "SIGKILL");
  assert.deepEqual(await first, { code: 1, stdout: "", stderr: "multi-node: node-1 has ended before it was done\n" });
  const second = begin("profile", "2", "--duration", "60s", "-o", "replaced");
  await eventually(() => existsSync(join(folder, "replaced")), "the profile is begun");
  assert.equal(run("restart", "node-2").code, 0);
  assert.deepEqual(await second, { code: 1, stdout: "", stderr: "multi-node: node-2 has ended before it was done\n" });
  assert.ok(!existsSync(join(folder, "replaced")), "what was begun is gone");
  await program.stop();
});

test("status tells how long requests took", async (t) => {
  const { program, run, port } = await start(t, { nodes: 1 });
  for (let request = 0; request < 5; request++) await get(port);
  await eventually(() => {
    const { p50, p99 } = statusOf(run).nodes[0]?.vitals?.responseTime ?? { p50: 0, p99: 0 };
    return p50 > 0 && p99 >= p50;
  }, "the response times are told");
  await program.stop();
});

interface Started {
  program: Program;
  folder: string;
  port: number;
  /** Carries out one command to its end. */
  run: (...words: string[]) => Done;
  /** The same, with others at the same time. */
  start: (...words: string[]) => Promise<Done>;
  /** The same, for one that says something before it ends. */
  begin: (...words: string[]) => { child: ChildProcess; line: () => Promise<string>; done: Promise<Done> };
  /** What the REPL of node-1 says to this. */
  ask: (text: string) => Done;
}

async function start(t: TestContext, options: object = {}): Promise<Started> {
  const program = Program.start(t, "steered.js", { args: [JSON.stringify({ name: "shop", ...options })] });
  const port = portOf(await program.first("ready", ({ id }) => id === "master"));
  const folder = temporaryFolder(t);
  const env = { TMPDIR: program.folder, XDG_RUNTIME_DIR: "" };
  const whole = { ...process.env, ...env };
  // Others may run on this machine.
  const service = ["-s", String(program.pid)];
  return {
    program,
    folder,
    port,
    run: (...words) => command([...words, ...service], folder, env),
    start: (...words) =>
      doneOf(t, spawn(process.execPath, [COMMAND, ...words, ...service], { cwd: folder, env: whole })),
    begin: (...words) => {
      const child = spawn(process.execPath, [COMMAND, ...words, ...service], { cwd: folder, env: whole });
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const line = async (): Promise<string> => String((await within(lines.next(), "it says something")).value);
      return { child, line, done: doneOf(t, child) };
    },
    ask: (input) => {
      const options = { cwd: folder, env: whole, input, encoding: "utf8", timeout: limit() } as const;
      const { status: code, stdout, stderr } = spawnSync(process.execPath, [COMMAND, "repl", "1", ...service], options);
      return { code, stdout, stderr };
    },
  };
}

async function doneOf(t: TestContext, process: ChildProcess): Promise<Done> {
  t.after(() => process.kill("SIGKILL"));
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    process[name]?.setEncoding("utf8").on("data", (text: string) => (texts[name] += text));
  }
  const [code] = (await within(once(process, "close"), () => `the command ends: ${JSON.stringify(texts)}`)) as [number];
  return { code, ...texts };
}

/** Uses a tool that writes JSON; what it wrote. */
function written(run: Started["run"], words: string[]): Record<string, unknown> {
  const done = run(...words, "--json");
  assert.equal(done.code, 0, done.stderr);
  const { path, bytes } = JSON.parse(done.stdout) as { path: string; bytes: number };
  const text = readFileSync(path);
  assert.equal(text.length, bytes);
  return JSON.parse(text.toString()) as Record<string, unknown>;
}

function pids(run: Started["run"]): number[] {
  return statusOf(run).nodes.map(({ pid }) => pid ?? 0);
}

function statusOf(run: Started["run"]): Status {
  const done = run("status", "--json");
  assert.equal(done.code, 0, done.stderr);
  return JSON.parse(done.stdout) as Status;
}
