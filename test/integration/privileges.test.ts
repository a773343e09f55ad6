// Nodes run as another user than the master that binds.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { get, portOf } from "../helpers/http.js";
import { Program } from "../helpers/program.js";
import { TestTerminal, whyNoTerminal } from "../helpers/terminal.js";

const NOBODY = 65_534;
const skip = process.getuid?.() === 0 ? false : "needs root";

test("with user and group, nodes run as they say, the master as root, and the mesh connects them", {
  skip,
}, async (t) => {
  const options = JSON.stringify({ user: "nobody", group: NOBODY });
  const folder = mkdtempSync(join(tmpdir(), "mn-test-"));
  chmodSync(folder, 0o755);
  const program = Program.start(t, "steered.js", { args: [options], folder });
  const port = portOf(await program.first("ready", ({ id }) => id === "master"));
  await program.count("node", 6);
  const { uid, gid, parent } = JSON.parse((await get(port)).body);
  assert.deepEqual([uid, gid, parent], [NOBODY, NOBODY, program.pid]);
  const names = readdirSync(program.folder).filter((entry) => entry.startsWith("multi-node-"));
  const folders = names.map((name) => join(program.folder, name));
  const [own, mesh] = folders.toSorted((a, b) => (statSync(a).mode & 0o777) - (statSync(b).mode & 0o777));
  assert.ok(own && mesh);
  assert.deepEqual(ownerAndMode(own), [0, 0o700], "it is root's to steer");
  assert.deepEqual(readdirSync(own).sort(), ["control", "nodes", "service.json"]);
  assert.deepEqual(ownerAndMode(mesh), [0, 0o711], "nodes get into it, and can replace nothing in it");
  assert.deepEqual(readdirSync(mesh).sort(), ["master", "nodes"]);
  assert.deepEqual(ownerAndMode(join(mesh, "master")), [NOBODY, 0o600]);
  assert.deepEqual(ownerAndMode(join(mesh, "nodes")), [NOBODY, 0o700]);
  assert.deepEqual(readdirSync(join(mesh, "nodes")).sort(), ["node-1", "node-2"]);
  await program.stop();
});

test("nodes of another user have no part in the session of root's terminal, where they could type", {
  skip,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "mn-test-"));
  chmodSync(folder, 0o755);
  const program = Program.start(t, "steered.js", { args: [JSON.stringify({ user: "nobody", nodes: 1 })], folder });
  const port = portOf(await program.first("ready", ({ id }) => id === "master"));
  const { pid } = JSON.parse((await get(port)).body);
  assert.equal(sessionOf(pid), pid);
  await program.stop();
});

test("nodes of another user get no descriptor of root's terminal, where they could read what is typed", {
  skip: skip || whyNoTerminal() || false,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "mn-test-"));
  chmodSync(folder, 0o755);
  const file = join(folder, "server.cjs");
  writeFileSync(
    file,
    'require("node:http").createServer().listen(0, () => console.log("it is open: " + process.pid));',
  );
  const terminal = TestTerminal.start(t, [file, "-n", "1", "--log", "raw", "--user", "nobody"], { folder });
  const [, pid] = await terminal.matched(/it is open: (\d+)/);
  const descriptors = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  assert.deepEqual(
    descriptors.filter((path) => path.startsWith("/dev/pts/")),
    [],
  );
  process.kill(await terminal.pid(), "SIGTERM");
  assert.equal(await terminal.code(), 0);
});

/** See proc(5). */
function sessionOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "latin1")
    .replace(/^.*\) /s, "")
    .split(" ");
  return Number(fields[3]);
}

function ownerAndMode(path: string): [uid: number, mode: number] {
  const { uid, mode } = statSync(path);
  return [uid, mode & 0o777];
}

test("a user that does not exist is an error at once", { skip }, () => {
  const { status, stderr } = run({ user: "no-such-user" });
  assert.equal(status, 1);
  assert.match(stderr, /option user: the name of a user of this machine is taken, got 'no-such-user'/);
});

test("whoever is not root may not name a user", { skip }, () => {
  const { status, stderr } = run({ user: "root" }, NOBODY);
  assert.equal(status, 1);
  assert.match(stderr, /option user: is taken from root only/);
});

function run(options: object, uid = 0): { status: number | null; stderr: string } {
  const fixture = new URL("../fixtures/steered.js", import.meta.url).pathname;
  return spawnSync(process.execPath, [fixture, JSON.stringify(options)], { uid, encoding: "utf8" });
}
