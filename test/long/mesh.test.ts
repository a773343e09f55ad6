// The mesh: every process reaches every other, strangers reach nobody, nothing stays behind.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { STATUS_ACCEPTED, encodeHello, STATUS_WRONG_TOKEN } from "#src/wire/handshake.js";
import { eventually, within } from "../helpers/deadline.js";
import { get, portOf } from "../helpers/http.js";
import { Program } from "../helpers/program.js";
import { socketOf } from "../helpers/stranger.js";

test("eight nodes and their master: each ordered pair exchanges 10,000 messages, each once and in order", async (t) => {
  const program = Program.start(t, "every-pair.js", { args: ["10000", "8"] });
  const received = await program.count("received-all", 72);
  const pairs = new Set(received.map((line) => `${line.id}<${line["from"]}`));
  assert.equal(pairs.size, 72);
  assert.deepEqual(
    received.filter((line) => line["wrong"] !== 0),
    [],
  );
  await program.stop();
  assert.deepEqual(program.all("received-more"), []);
  assert.equal(program.all("received-all").length, 72);
});

test("the folder is its user's alone, and so is each socket in it", async (t) => {
  const program = Program.start(t, "http.js");
  await program.count("node", 6);
  const folder = meshFolder(program);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.deepEqual(readdirSync(folder).sort(), ["control", "master", "nodes", "service.json"]);
  assert.deepEqual(readdirSync(join(folder, "nodes")).sort(), ["node-1", "node-2"]);
  const files = ["control", "master", "service.json", "nodes/node-1", "nodes/node-2"];
  for (const name of files) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
  assert.equal(statSync(join(folder, "nodes")).mode & 0o777, 0o700);
  await program.stop();
});

test("a dead node's socket is removed, and its id is off the list of peers", async (t) => {
  const program = Program.start(t, "peers.js");
  await program.count("node", 6);
  process.kill((await program.first("ready", ({ id }) => id === "node-1")).pid, "SIGKILL");
  await program.count("node", 10);
  await eventually(
    () => !readdirSync(join(meshFolder(program), "nodes")).includes("node-1"),
    "the socket of node-1 goes",
  );
  const port = portOf(await program.first("ready", ({ id }) => id === "master"));
  const seen = JSON.parse((await get(port)).body) as { id: string; peers: string[] };
  const others = ["master", "node-2", "node-3"].filter((id) => id !== seen.id);
  assert.deepEqual(seen.peers.sort(), others);
  await program.stop();
});

test("whoever has not the token is told so and gets nothing", async (t) => {
  const program = Program.start(t, "http.js");
  await program.count("node", 6);
  const hello = encodeHello(
    { kind: "stream", id: "node-9", pid: process.pid, since: 0, master: false },
    Buffer.alloc(32, 7),
  );
  for (const name of ["master", "node-1"]) {
    const answer = await say(socketOf(program, name), hello);
    assert.notEqual(answer[5], STATUS_ACCEPTED);
    assert.equal(answer[5], STATUS_WRONG_TOKEN);
    assert.equal(answer.length, 6, "a stranger does not even learn who answers");
  }
  await program.stop();
  assert.equal(program.all("node").length, 6);
});

test("garbage is refused, and others are not disturbed", async (t) => {
  const program = Program.start(t, "every-pair.js", { args: ["2000", "2"] });
  await program.count("ready", 3);
  const path = socketOf(program, "node-1");
  for (const bytes of ["GET / HTTP/1.1\r\n\r\n", "MNOD", "MNOD\x01\x01", "\0".repeat(1_000)])
    await say(path, Buffer.from(bytes));
  await program.count("received-all", 6);
  await program.stop();
});

test("the token is in no process' environment or arguments", async (t) => {
  const program = Program.start(t, "tells-environment.js");
  const told = await program.first("environment");
  assert.deepEqual(told["names"], ["MULTI_NODE_SLOT"]);
  await program.stop();
});

test("a process that a node starts is no node, whatever it inherited", async (t) => {
  const program = Program.start(t, "starts-grandchild.js");
  assert.deepEqual((await program.first("grandchild"))["isMaster"], true);
  await program.stop();
});

test("the folder of a master that was killed with all its nodes is swept at the next start", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "mn-shared-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const killed = Program.start(t, "http.js", { folder });
  await killed.count("ready", 3);
  // Stopped first, none can clean up behind another.
  for (const signal of ["SIGSTOP", "SIGKILL"]) for (const pid of killed.processes) process.kill(pid, signal);
  await killed.ended();
  const [left] = readdirSync(folder);
  assert.ok(left);
  const living = Program.start(t, "http.js", { folder });
  await living.count("ready", 3);
  await eventually(() => !readdirSync(folder).includes(left), "the stale folder goes");
  const next = Program.start(t, "http.js", { folder });
  await next.count("ready", 3);
  assert.equal(readdirSync(folder).length, 2, "living services are left alone");
  next.kill("SIGTERM");
  await next.ended();
  await living.stop();
});

test("a temporary folder with a long path is no obstacle", async (t) => {
  const long = join(mkdtempSync(join(tmpdir(), "mn-long-")), "x".repeat(120));
  t.after(() => rmSync(join(long, ".."), { recursive: true, force: true }));
  mkdirSync(long);
  const program = Program.start(t, "http.js", { folder: long });
  await program.count("node", 6);
  await program.stop();
});

test('a listener for "node" that comes late still gets every stream', async (t) => {
  const program = Program.start(t, "listens-late.js");
  const told = await program.count("late-node", 6);
  assert.deepEqual(new Set(told.map((line) => `${line.id}<${line["from"]}`)).size, 6);
  await program.stop();
});

test("streams that nobody listens for go with their process", async (t) => {
  const program = Program.start(t, "unread-streams.js");
  const sees = (...peers: string[]) => program.first("sees", (line) => String(line["peers"]) === String(peers));
  await sees("node-1", "node-2");
  await program.count("node", 4);
  const before = readdirSync(`/proc/${program.pid}/fd`).length;
  for (let kill = 1; kill <= 4; kill++) {
    process.kill((await program.first("ready", ({ id }) => id === `node-${kill}`)).pid, "SIGKILL");
    await sees(`node-${kill + 1}`, `node-${kill + 2}`);
  }
  await eventually(() => readdirSync(`/proc/${program.pid}/fd`).length <= before, "descriptors are given back");
  await program.stop();
});

function meshFolder(program: Program): string {
  const name = readdirSync(program.folder).find((entry) => entry.startsWith("multi-node-"));
  assert.ok(name);
  return join(program.folder, name);
}

/** Says something to a socket and returns all that it answers before it closes; what is incomplete is ended here. */
function say(path: string, bytes: Buffer): Promise<Buffer> {
  const answer = new Promise<Buffer>((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(path).on("error", () => {});
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("close", () => resolve(Buffer.concat(chunks)));
    socket.end(bytes);
  });
  return within(answer, "the mesh closes the connection");
}
