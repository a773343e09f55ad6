// A service stays up while its nodes die, and ends in order, whatever ends it.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { eventually, within } from "../helpers/deadline.js";
import { get, portOf } from "../helpers/http.js";
import { childrenOf } from "../helpers/processes.js";
import { Program } from "../helpers/program.js";

test("a node that dies is replaced, under an id that was never used", async (t) => {
  const program = Program.start(t, "http.js");
  await program.count("ready", 3);
  process.kill((await program.first("ready", ({ id }) => id === "node-2")).pid, "SIGKILL");
  const { exit } = (await program.first("exit")) as unknown as { exit: Record<string, unknown> };
  assert.deepEqual([exit["id"], exit["code"], exit["signal"]], ["node-2", null, "SIGKILL"]);
  await program.first("ready", ({ id }) => id === "node-3");
  assert.match(program.stderr, /multi-node: node-2 \(pid \d+\) was ended by SIGKILL after [\d.]+ m?s/);
  await program.stop();
});

test("connections wait in the held socket while no node lives: none is refused", async (t) => {
  const program = Program.start(t, "http.js", { args: [JSON.stringify({ nodes: 1 })] });
  const port = portOf(await program.first("ready"));
  const { pid } = await program.first("ready", ({ id }) => id === "node-1");
  process.kill(pid, "SIGKILL");
  const answers = await Promise.all(Array.from({ length: 50 }, () => get(port)));
  const { pid: successor } = await program.first("ready", ({ id }) => id === "node-2");
  assert.deepEqual([...new Set(answers.map(({ body }) => body))], [String(successor)]);
  await program.stop();
});

test("an error in a node is named in the exit event, and the node is replaced", async (t) => {
  const program = Program.start(t, "dies-on-request.js");
  const port = portOf(await program.first("ready", ({ id }) => id === "master"));
  await assert.rejects(get(port, "/throw"));
  const { exit } = (await program.first("exit")) as unknown as { exit: Record<string, unknown> };
  assert.deepEqual([exit["code"], exit["lastError"]], [1, "RangeError: thrown on request"]);
  await program.first("ready", ({ id }) => id === "node-3");
  assert.equal((await get(port)).status, 200);
  await program.stop();
});

test("with restartChildren: false a dead node is not replaced, and the master ends with the last one", async (t) => {
  const program = Program.start(t, "http.js", { args: [JSON.stringify({ restartChildren: false })] });
  const ready = await program.count("ready", 3);
  for (const { pid } of ready.filter(({ id }) => id !== "master")) process.kill(pid, "SIGKILL");
  assert.deepEqual(await program.ended(), { code: 1, signal: null });
  assert.match(program.stderr, /the last node of .*http\.js was ended by SIGKILL, and restartChildren is false/);
  assert.equal(program.all("ready").length, 3);
  await program.leavesNothing();
});

for (const [what, text, error] of [
  ["throws at load", "throw new TypeError('not today');", "TypeError: not today"],
  ["has a syntax error", "const = 1;", "SyntaxError: Unexpected token '='"],
  ["ends without serving", "", undefined],
] as const) {
  test(`when every start fails as the program ${what}, the master ends and says how`, async (t) => {
    const script = temporaryFile(t, "broken.cjs", text);
    const program = Program.start(t, "runs-script.js", { args: [script] });
    assert.deepEqual(await program.ended(), { code: 1, signal: null });
    const code = error === undefined ? 0 : 1;
    const why = error === undefined ? "" : ` (${error})`;
    const says = `multi-node: no node of ${script} serves: 5 starts in a row failed, the last one ended with code ${code}${why} before it served`;
    assert.ok(program.stderr.includes(says), program.stderr);
    assert.equal((await program.first("not-ready"))["code"], "MN_ERR_START_FAILED");
  });
}

for (const signal of ["SIGTERM", "SIGINT", "SIGQUIT"] as const) {
  test(`${signal} ends everything in order: requests in flight are answered, nothing stays`, async (t) => {
    const program = Program.start(t, "http.js");
    const port = portOf(await program.first("ready", ({ id }) => id === "master"));
    const answers = Promise.all(Array.from({ length: 8 }, () => get(port, "/slow")));
    await get(port);
    program.kill(signal);
    for (const { status, headers } of await answers) assert.deepEqual([status, headers.connection], [200, "close"]);
    assert.deepEqual(await program.ended(), { code: 0, signal: null });
    await program.leavesNothing();
    await isFree(port);
  });
}

test("a terminal's Ctrl-C reaches every process at once and still ends all in order", async (t) => {
  const program = Program.start(t, "http.js");
  const port = portOf(await program.first("ready", ({ id }) => id === "master"));
  const answer = get(port, "/slow");
  await get(port);
  for (const pid of program.processes) process.kill(pid, "SIGINT");
  assert.equal((await answer).status, 200);
  assert.deepEqual(await program.ended(), { code: 0, signal: null });
  await program.leavesNothing();
});

test("a second signal ends everything at once", async (t) => {
  const program = Program.start(t, "http.js");
  const port = portOf(await program.first("ready", ({ id }) => id === "master"));
  const socket = connect(port, "127.0.0.1").on("error", () => {});
  await within(new Promise((resolve) => socket.on("connect", resolve)), "a connection opens");
  program.kill("SIGTERM");
  await program.first("drain");
  program.kill("SIGTERM");
  assert.deepEqual(await program.ended(), { code: 143, signal: null });
  socket.destroy();
  await program.leavesNothing();
});

test("SIGTERM to one node drains that node alone, and another takes its place", async (t) => {
  const program = Program.start(t, "http.js");
  const port = portOf(await program.first("ready", ({ id }) => id === "master"));
  const { pid } = await program.first("ready", ({ id }) => id === "node-1");
  process.kill(pid, "SIGTERM");
  await program.first("ready", ({ id }) => id === "node-3");
  const { exit } = (await program.first("exit")) as unknown as { exit: Record<string, unknown> };
  assert.deepEqual([exit["id"], exit["code"]], ["node-1", 0]);
  assert.equal((await get(port)).status, 200);
  await program.stop();
});

test("what does not end within drainTimeout is cut", async (t) => {
  const program = Program.start(t, "http.js", { args: [JSON.stringify({ drainTimeout: 200 })] });
  const port = portOf(await program.first("ready", ({ id }) => id === "master"));
  const answer = get(port, "/never");
  await get(port);
  program.kill("SIGTERM");
  await assert.rejects(answer, { code: "ECONNRESET" });
  assert.deepEqual(await program.ended(), { code: 0, signal: null });
  await program.leavesNothing();
});

test("a node that hangs while it is to end is killed", async (t) => {
  const program = Program.start(t, "http.js", { args: [JSON.stringify({ drainTimeout: 200, nodes: 1 })] });
  const port = portOf(await program.first("ready", ({ id }) => id === "master"));
  const answer = get(port, "/hang");
  await program.first("hangs");
  program.kill("SIGTERM");
  await assert.rejects(answer);
  assert.deepEqual(await program.ended(), { code: 0, signal: null });
  assert.match(program.stderr, /node-1 \(pid \d+\) is overdue to end: killed/);
  await program.leavesNothing();
});

test("a node that does not serve within readyTimeout is killed, and counts as a start that failed", async (t) => {
  const program = Program.start(t, "never-ready.js");
  assert.deepEqual(await program.ended(), { code: 1, signal: null });
  assert.match(program.stderr, /node-1 \(pid \d+\) did not serve within readyTimeout and was killed/);
  assert.match(program.stderr, /starts in a row failed, the last one did not serve within readyTimeout and was killed/);
});

test("when the master is killed, every node ends by itself, the port is free, no file stays", async (t) => {
  const program = Program.start(t, "http.js", { args: [JSON.stringify({ nodes: 4 })] });
  const port = portOf(await program.first("ready", ({ id }) => id === "master"));
  const answer = get(port, "/slow");
  await get(port);
  program.kill("SIGKILL");
  assert.equal((await answer).status, 200, "what is in flight is finished");
  await program.leavesNothing();
  await isFree(port);
});

test("a node whose master is killed while it starts is no master of its own: it ends", async (t) => {
  for (let round = 1; round <= 3; round++) {
    const program = Program.start(t, "killed-at-start.js");
    await program.ended();
    await eventually(() => program.processes.length === 0, "all processes end");
    assert.deepEqual(
      program.all("listening").filter(({ id }) => id === "master"),
      [],
    );
  }
});

test("when the master is killed, the Unix socket that it served goes too", async (t) => {
  const program = Program.start(t, "http-at-path.js", { args: [JSON.stringify({ path: "service.sock" })] });
  await program.count("ready", 3);
  program.kill("SIGKILL");
  await program.leavesNothing();
});

test("an error of the master's own program ends the nodes too", async (t) => {
  const program = Program.start(t, "master-throws.js");
  assert.equal((await program.ended()).code, 1);
  assert.match(program.stderr, /Error: the master's own/);
  await program.leavesNothing();
});

test("close() in a node ends the whole service; the master's process ends by itself", async (t) => {
  const program = Program.start(t, "closes.js", { args: ["node-1"] });
  assert.deepEqual(await program.ended(), { code: 0, signal: null });
  assert.deepEqual(
    program.all("close").map(({ id }) => id),
    ["master"],
  );
  await program.leavesNothing();
});

test("close() in the master resolves when nothing is left, and listen() can be called again", async (t) => {
  const program = Program.start(t, "closes.js", { args: ["master"] });
  assert.deepEqual(await program.ended(), { code: 0, signal: null });
  assert.deepEqual((await program.first("closed"))["children"], 0);
  await program.leavesNothing();
});

test("close() before anything has started starts nothing", async (t) => {
  const program = Program.start(t, "closes.js", { args: ["at-once"] });
  assert.deepEqual(await program.ended(), { code: 0, signal: null });
  assert.equal((await program.first("not-ready"))["code"], "MN_ERR_CLOSED");
  assert.deepEqual(
    program.told.filter(({ id }) => id !== "master"),
    [],
  );
  await program.leavesNothing();
});

test("dead nodes leave no zombie", async (t) => {
  const program = Program.start(t, "http.js");
  for (const { pid } of (await program.count("ready", 3)).filter(({ id }) => id !== "master"))
    process.kill(pid, "SIGKILL");
  await program.count("exit", 2);
  await program.count("ready", 5);
  assert.deepEqual(
    childrenOf(program.pid).filter(({ state }) => state === "Z"),
    [],
  );
  await program.stop();
});

test("with signals: false the program's own handlers decide", async (t) => {
  const program = Program.start(t, "own-signals.js");
  await program.count("ready", 3);
  program.kill("SIGTERM");
  assert.equal((await program.first("own-handler"))["signal"], "SIGTERM");
  assert.deepEqual(await program.ended(), { code: 0, signal: null });
  await program.leavesNothing();
});

function temporaryFile(t: TestContext, name: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "mn-script-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

async function isFree(port: number): Promise<void> {
  await eventually(() => refuses(port), `port ${port} is free`);
}

function refuses(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED"));
  });
}
