// Socket activation and notification, as systemd does it: by a small program that does the same.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { type TestContext, test } from "node:test";
import { eventually } from "../helpers/deadline.js";
import { get, getOver, portOf } from "../helpers/http.js";
import { Program } from "../helpers/program.js";

test("a TCP socket that systemd holds is served, and still there when the service has ended", async (t) => {
  const program = Program.start(t, "activates.js", { args: ["tcp"] });
  const { port } = (await program.first("activated")) as unknown as { port: number };
  const told = await program.first("ready", ({ id }) => id === "master");
  assert.equal(portOf(told), port);
  assert.equal((await get(port)).status, 200);
  process.kill(told.pid, "SIGTERM");
  await program.first("service-ended");
  const again = await program.first("ready", ({ id, pid }) => id === "master" && pid !== told.pid);
  assert.equal((await get(port)).status, 200, "a connection that waited is served by the next one");
  process.kill(again.pid, "SIGTERM");
  await program.leavesNothing();
});

test("a Unix socket that systemd holds is served, and its file is left to systemd", async (t) => {
  const program = Program.start(t, "activates.js", { args: ["unix"] });
  const { path } = (await program.first("activated")) as unknown as { path: string };
  const told = await program.first("ready", ({ id }) => id === "master");
  assert.equal((await getOver(path)).status, 200);
  process.kill(told.pid, "SIGTERM");
  await program.first("service-ended");
  assert.ok(existsSync(path));
  const again = await program.first("ready", ({ id, pid }) => id === "master" && pid !== told.pid);
  process.kill(again.pid, "SIGTERM");
  await program.leavesNothing();
});

test("systemd is told when the service is ready, reloads and stops", async (t) => {
  const { folder, notices } = fakeSystemdNotify(t);
  const env = { NOTIFY_SOCKET: join(folder, "notify"), PATH: `${folder}${delimiter}${process.env["PATH"]}` };
  const program = Program.start(t, "http.js", { env });
  await program.first("ready", ({ id }) => id === "master");
  await eventually(() => notices().length === 1, "it is told");
  program.kill("SIGHUP");
  await eventually(() => notices().length === 3, "it is told");
  program.kill("SIGTERM");
  await program.ended();
  await eventually(() => notices().length === 4, "it is told");
  const ready = `READY=1 MAINPID=${program.pid}`;
  const [first, second = "", ...rest] = notices();
  assert.deepEqual([first, ...rest], [ready, ready, "STOPPING=1"]);
  assert.match(second, /^RELOADING=1 MONOTONIC_USEC=\d+$/);
  await program.leavesNothing();
});

function fakeSystemdNotify(t: TestContext): { folder: string; notices: () => string[] } {
  const folder = mkdtempSync(join(tmpdir(), "mn-systemd-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const log = join(folder, "log");
  writeFileSync(join(folder, "systemd-notify"), `#!/bin/sh\necho "$*" >> '${log}'\n`);
  chmodSync(join(folder, "systemd-notify"), 0o755);
  return { folder, notices: () => (existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : []) };
}
