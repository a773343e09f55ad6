// What nodes write comes out of the master: whole, with whose it is, and at the pace of whoever reads it.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { NodeOutput } from "#src/master/output/node-output.js";
import type { Passage } from "#src/master/output/passage.js";
import { startChild } from "#src/master/spawn.js";
import { Deferred } from "#src/promises.js";
import { COMMAND, writeFiles } from "../helpers/command.js";
import { eventually, within } from "../helpers/deadline.js";
import { temporaryFolder } from "../helpers/environment.js";
import { get } from "../helpers/http.js";
import { Program, type ProgramOptions } from "../helpers/program.js";

const WRITES = fileURLToPath(new URL("../fixtures/writes-as-asked.js", import.meta.url));
const MILLION = 1_000_000;
/** Lines that pipes, the master and the node's own stream may hold together, generously: some 4 MiB. */
const UNDERWAY = 50_000;

test("lines come out whole, each behind the id of its node, in the stream that they were written to", async (t) => {
  const { program, order } = await start(t, ["-n", "1"]);
  const bytes = Buffer.from("grüße 🙂").toString("latin1");
  await order("write", "stdout", bytes.slice(0, 3), bytes.slice(3, 9), `${bytes.slice(9)}\r\nnext\n`);
  await program.first("line", ({ text }) => text === "node-1 | next");
  assert.deepEqual(
    program.all("line").map(({ text }) => text),
    ["node-1 | grüße 🙂", "node-1 | next"],
  );
  await order("write", "stderr", "to ", "the log\n");
  await program.says(/^node-1 \| to the log\n/m);
  await program.stop();
});

test("what a node wrote last comes before the news of its end, its end missing or not", async (t) => {
  const { program, order } = await start(t, ["-n", "1", "--log", "json"]);
  await order("end");
  await program.until(() => program.stderr.includes("ended with code 3"), "its end is told");
  const [last] = program.told;
  assert.deepEqual([last?.["node"], last?.["stream"], last?.["text"]], ["node-1", "stdout", "the last words"]);
  assert.ok(Math.abs(Date.parse(String(last?.["time"])) - Date.now()) < 60_000);
  const news = program.stderr.split("\n").find((line) => line.includes("ended with code 3")) ?? "";
  const { node, pid, stream } = JSON.parse(news) as Record<string, unknown>;
  assert.deepEqual([node, pid, stream], ["master", program.pid, "stderr"]);
  await program.stop();
});

test("raw is as it was written, without a word of ours", async (t) => {
  const { program, order } = await start(t, ["-n", "1", "--log", "raw"], { output: "left" });
  const bytes = "\x00\xff\xfe no line\r\n and no end";
  await order("write", "stdout", bytes);
  await order("write", "stderr", "\x1b[31mred");
  assert.equal((await readBytes(program, bytes.length)).toString("latin1"), bytes);
  await program.says(/\[31mred/);
  await program.stop();
});

test("an error that each node has at its start is shown once", async (t) => {
  const app = temporaryFolder(t);
  writeFiles(app, { "broken.cjs": "const = 1;" });
  const program = Program.start(t, COMMAND, { args: [join(app, "broken.cjs"), "-n", "4"] });
  assert.deepEqual(await program.ended(), { code: 1, signal: null });
  assert.equal(program.stderr.match(/^node-\d+ \| SyntaxError/gm)?.length, 1, program.stderr);
  await program.leavesNothing();
});

test("a node that writes a million lines waits for who reads them; the master neither waits nor grows", async (t) => {
  const { program, order } = await start(t, ["-n", "2"], { output: "left" });
  const before = memoryOf(program.pid, "VmRSS");
  const { pid } = await order("flood", MILLION);
  let [earlier, now] = [-1, 0];
  await eventually(async () => {
    [earlier, now] = [now, await writtenBy(order, pid)];
    return now > 0 && now === earlier;
  }, "the node waits");
  assert.ok(now < UNDERWAY, `${now} lines are written though nobody reads`);
  let next = 0;
  const read = (async () => {
    for await (const line of createInterface({ input: program.stdout })) {
      assert.match(line, new RegExp(`^node-\\d \\| ${next} x+$`));
      next += 1;
      if (next === MILLION) return;
    }
  })();
  await within(read, () => `all lines are read: ${next}`, 120_000);
  const grown = memoryOf(program.pid, "VmHWM") - before;
  assert.ok(grown < 96, `the master has grown by ${grown} MiB`);
  await program.stop();
});

test("while nobody reads, the master goes on with its work", async (t) => {
  const { program, order } = await start(t, ["-n", "2"], { output: "left" });
  const { pid } = await order("flood", MILLION);
  await eventually(async () => (await writtenBy(order, pid)) > 1_000, "the node writes");
  process.kill(pid, "SIGKILL");
  await program.says(/^master \| node-\d \(pid \d+\) was ended by SIGKILL/m);
  await eventually(async () => (await nodesOf(order)).size === 2, "two nodes serve again");
  program.kill("SIGTERM");
  assert.deepEqual(await within(program.exitCode, "it ends although nobody reads"), 0);
  program.stdout.resume();
  await program.leavesNothing();
});

test("when the reader is gone the service goes on", async (t) => {
  const { program, order } = await start(t, ["-n", "1"], { output: "left" });
  program.stdout.destroy();
  const { pid } = await order("flood", 100_000);
  await eventually(async () => (await writtenBy(order, pid)) === 100_000, "the node is done");
  await program.stop();
});

test("when the reader of a raw log is gone the service goes on", async (t) => {
  const { program, order } = await start(t, ["-n", "1", "--log", "raw"], { output: "left" });
  program.stderrStream.destroy();
  await order("write", "stderr", "to nobody\n");
  await order("write", "stderr", "nor this\n");
  const { pid } = await order("written");
  process.kill(pid, "SIGKILL");
  await eventually(async () => (await order("written")).pid !== pid, "another node serves");
  await program.stop();
});

test("a process that its node has left behind waits for who reads, as the node did", async (t) => {
  const folder = temporaryFolder(t);
  const orphan = `require("node:child_process").spawn("sleep", ["60"], { stdio: ["ignore", 2, 2], detached: true })`;
  writeFiles(folder, { "dies.cjs": `process.stderr.write(String(${orphan}.pid) + "\\n", () => process.exit());` });
  const held: string[] = [];
  let written = "";
  const passage: Passage = {
    stdout: "pipe",
    started() {},
    lines() {},
    ended() {},
    serving() {},
    gaveUp() {},
    flush: async () => {},
    close() {},
    bytes: (_stream, bytes) => void (written += String(bytes)),
    add: (stream) => void held.push(stream),
    release: (stream) => void held.splice(held.indexOf(stream), 1),
  };
  const ended = new Deferred<void>();
  startChild(
    { script: join(folder, "dies.cjs"), args: [], execArgv: [], env: {}, cwd: folder },
    undefined,
    { boot: { id: "node-1", master: process.pid, folder }, slot: 0 },
    { sockets: [], accepting: "node" },
    new NodeOutput({ id: "node-1", place: 0 }, passage, () => {}),
    { message() {}, exit: () => ended.resolve() },
  );
  await within(ended.promise, "the node ends");
  const heldAtEnd = [...held];
  assert.match(written, /^\d+\n$/);
  process.kill(Number(written), "SIGKILL");
  assert.deepEqual(heldAtEnd, ["stderr"]);
  await eventually(() => held.length === 0, "its end is seen");
});

test("an orderly end loses nothing of what was written before", async (t) => {
  const { program, order } = await start(t, ["-n", "1"]);
  await order("pour", 20_000);
  await program.stop();
  assert.equal(program.all("line").length, 20_000);
});

test("a node whose master was killed ends in order though nobody reads what it writes", async (t) => {
  const { program, order } = await start(t, ["-n", "1"]);
  const answer = order("outlive");
  await order("written");
  program.kill("SIGKILL");
  assert.equal((await answer).answer, "alive");
  await eventually(() => program.processes.length === 0, "the node ends");
});

type Order = (...order: unknown[]) => Promise<{ pid: number; answer: unknown }>;

/** Runs the fixture under the command; resolves when all nodes serve. */
async function start(
  t: TestContext,
  args: string[],
  options: ProgramOptions = {},
): Promise<{ program: Program; order: Order }> {
  const program = Program.start(t, COMMAND, { args: [WRITES, ...args], ...options });
  const [, port] = await program.says(/nodes? serves? 127\.0\.0\.1:(\d+)/);
  const order: Order = async (...order) => {
    const { body } = await get(Number(port), `/${encodeURIComponent(JSON.stringify(order))}`);
    return JSON.parse(body) as { pid: number; answer: unknown };
  };
  return { program, order };
}

/** How many lines of the flood that node has written; whoever answers, it is asked until it does. */
async function writtenBy(order: Order, node: number): Promise<number> {
  while (true) {
    const { pid, answer } = await order("written");
    if (pid === node) return answer as number;
  }
}

async function nodesOf(order: Order): Promise<Set<number>> {
  const answers = await Promise.all(Array.from({ length: 20 }, () => order("written")));
  return new Set(answers.map(({ pid }) => pid));
}

async function readBytes({ stdout }: Program, count: number): Promise<Buffer> {
  let bytes = Buffer.alloc(0);
  while (bytes.length < count) {
    const [chunk] = (await within(once(stdout, "data"), "bytes come")) as [Buffer];
    bytes = Buffer.concat([bytes, chunk]);
  }
  return bytes;
}

/** MiB; VmHWM is the most that it ever was. */
function memoryOf(pid: number, what: "VmRSS" | "VmHWM"): number {
  const [, kibibytes] = new RegExp(`${what}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kibibytes) / 1_024;
}
