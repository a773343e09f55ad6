// The reaper's script in every shell that is here, against a /proc of the test's own.
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { type TestContext, test } from "node:test";
import { REAPER_SCRIPT } from "#src/master/reaper.js";
import { within } from "../helpers/deadline.js";

const SHELLS = [["/bin/sh"], ["/bin/dash"], ["/bin/bash", "--posix"], ["/bin/bash"], ["/bin/busybox", "sh"]].filter(
  ([file]) => existsSync(file ?? ""),
);

for (const shell of SHELLS) {
  const name = shell.join(" ");

  test(`${name}: a watched process whose start is still the same is ended`, async (t) => {
    const { sleeper, reaper, proc } = prepare(t, shell);
    proc.set(sleeper.pid, "(sleep) S", 100);
    reaper.stdin?.end(`watch ${sleeper.pid}\n`);
    assert.equal(await signalOf(sleeper), "SIGKILL");
    await over(reaper);
  });

  test(`${name}: a process that has the id of a watched one, but started at another time, is spared`, async (t) => {
    const { sleeper, reaper, proc } = prepare(t, shell);
    proc.set(sleeper.pid, "(sleep) S", 100);
    reaper.stdin?.write(`watch ${sleeper.pid}\nwatch 0\n`);
    // What comes second is read only when the first was noted.
    const second = await within(open(proc.fifo(0), "w"), "the reaper reads the second");
    proc.set(sleeper.pid, "(sleep) S", 101);
    await second.close();
    reaper.stdin?.end();
    await over(reaper);
    assert.equal(sleeper.signalCode, null);
  });

  test(`${name}: a name with brackets, spaces, patterns and a line end does not hide the start`, async (t) => {
    const { sleeper, reaper, proc } = prepare(t, shell);
    proc.set(sleeper.pid, "(a) Z * (b\n) \\c) S", 100);
    reaper.stdin?.end(`watch ${sleeper.pid}\n`);
    assert.equal(await signalOf(sleeper), "SIGKILL");
  });

  test(`${name}: a process that is only waited for is gone, as is one of which /proc knows nothing`, async (t) => {
    const { sleeper, reaper, proc } = prepare(t, shell, { grace: 1_000 });
    proc.set(sleeper.pid, "(sleep) Z", 100);
    reaper.stdin?.end(`watch ${sleeper.pid}\nwatch 4194304\n`);
    await over(reaper);
    assert.equal(sleeper.signalCode, null);
  });

  for (const [what, lines] of [
    ["unwatched", (pid: number) => `watch ${pid}\nwatch ${pid}\nunwatch ${pid}\n`],
    ["left at an orderly end", (pid: number) => `watch ${pid}\nend\n`],
    ["told of in half a line", (pid: number) => `watch ${pid}`],
    ["told of in words that it does not know", (pid: number) => `kill ${pid}\n\n* *\n`],
  ] as const) {
    test(`${name}: a process is spared that was ${what}`, async (t) => {
      const { sleeper, reaper, proc } = prepare(t, shell);
      proc.set(sleeper.pid, "(sleep) S", 100);
      reaper.stdin?.end(lines(sleeper.pid ?? 0));
      await over(reaper);
      assert.equal(sleeper.signalCode, null);
    });
  }

  test(`${name}: a socket that the master was started with is let go`, async (t) => {
    const { reaper } = prepare(t, shell);
    const third = reaper.stdio[3] as Readable;
    third.resume();
    await within(new Promise((resolve) => third.once("end", resolve)), "the descriptor is closed");
    assert.equal(reaper.exitCode, null);
  });

  test(`${name}: without /proc the id alone counts`, async (t) => {
    const { sleeper, reaper, proc } = prepare(t, shell);
    proc.remove();
    reaper.stdin?.end(`watch ${sleeper.pid}\n`);
    assert.equal(await signalOf(sleeper), "SIGKILL");
    await over(reaper);
  });

  // The sleeper stands for the helpers of a node that had its id: it leads the group of that number.
  test(`${name}: what an ended node left behind in its session is told to end, and is killed if it does not`, async (t) => {
    const { sleeper, reaper, proc } = prepare(t, shell, { helperSeconds: 1, sleeps: "without heeding SIGTERM" });
    const pid = sleeper.pid as number;
    proc.set(pid, "(node) S", 100);
    proc.set(4_194_305, "(helper) S", 200, pid, pid);
    await watch(reaper, proc, pid);
    proc.set(pid, "(node) Z", 100);
    reaper.stdin?.end();
    assert.equal(await signalOf(sleeper), "SIGKILL");
    await over(reaper);
  });

  test(`${name}: SIGTERM is what such a helper gets first`, async (t) => {
    const { sleeper, reaper, proc } = prepare(t, shell, { helperSeconds: 100, sleeps: "in a group" });
    const pid = sleeper.pid as number;
    proc.set(pid, "(node) S", 100);
    proc.set(4_194_305, "(helper) S", 200, pid, pid);
    await watch(reaper, proc, pid);
    proc.set(pid, "(node) Z", 100);
    reaper.stdin?.end();
    assert.equal(await signalOf(sleeper), "SIGTERM");
    await over(reaper);
  });

  test(`${name}: the group of another process that got the id of an ended node is spared`, async (t) => {
    const { sleeper, reaper, proc } = prepare(t, shell, { helperSeconds: 1, sleeps: "in a group" });
    const pid = sleeper.pid as number;
    proc.set(pid, "(node) S", 100, pid, pid);
    await watch(reaper, proc, pid);
    proc.set(pid, "(other) S", 101, pid, pid);
    reaper.stdin?.end();
    await over(reaper);
    assert.equal(sleeper.signalCode, null);
  });

  for (const [what, helperSeconds, session] of [
    ["is of another session", 1, 7],
    ["is not to be ended", 0, undefined],
  ] as const) {
    test(`${name}: a group of the same number that ${what} is spared`, async (t) => {
      const { sleeper, reaper, proc } = prepare(t, shell, { helperSeconds, sleeps: "in a group" });
      const pid = sleeper.pid as number;
      proc.set(pid, "(node) S", 100);
      proc.set(4_194_305, "(other) S", 200, pid, session ?? pid);
      await watch(reaper, proc, pid);
      proc.set(pid, "(node) Z", 100);
      reaper.stdin?.end();
      await over(reaper);
      assert.equal(sleeper.signalCode, null);
    });
  }
}

/** Resolves when the reaper has taken note of the process. */
async function watch(reaper: ChildProcess, proc: FakeProc, pid: number): Promise<void> {
  reaper.stdin?.write(`watch ${pid}\nwatch 0\n`);
  // What comes second is read only when the first was noted.
  const second = await within(open(proc.fifo(0), "w"), "the reaper reads the second");
  await second.close();
  // Whoever looks at all processes is not to wait for this one.
  proc.forget(0);
}

interface Prepared {
  sleeper: ChildProcess;
  reaper: ChildProcess;
  proc: FakeProc;
}

class FakeProc {
  readonly folder: string = mkdtempSync(join(tmpdir(), "mn-proc-"));

  constructor() {
    this.set("self", "(sh) R", 1);
  }

  /** Fields 5, 6 and 22 are `group`, `session` and `start`. */
  set(pid: number | string | undefined, nameAndState: string, start: number, group = 1, session = 2): void {
    mkdirSync(join(this.folder, String(pid)), { recursive: true });
    const between = [0, group, session, ...Array.from({ length: 15 }, (_, index) => index + 3)].join(" ");
    writeFileSync(join(this.folder, String(pid), "stat"), `${pid} ${nameAndState} ${between} ${start} 7 8\n`);
  }

  /** A stat that answers only when the test writes it. */
  fifo(pid: number): string {
    return join(this.folder, String(pid), "stat");
  }

  makeFifo(pid: number): void {
    mkdirSync(join(this.folder, String(pid)));
    execFileSync("/usr/bin/mkfifo", [this.fifo(pid)]);
  }

  forget(pid: number): void {
    rmSync(join(this.folder, String(pid)), { recursive: true });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

interface PrepareOptions {
  grace?: number;
  helperSeconds?: number;
  sleeps?: "in the test's group" | "in a group" | "without heeding SIGTERM";
}

function prepare(t: TestContext, [file = "", ...flags]: string[], options: PrepareOptions = {}): Prepared {
  const { grace = 1, helperSeconds = 0, sleeps = "in the test's group" } = options;
  const proc = new FakeProc();
  proc.makeFifo(0);
  const trap = sleeps === "without heeding SIGTERM" ? "trap '' TERM; " : "";
  const detached = sleeps !== "in the test's group";
  const sleeper = spawn("/bin/sh", ["-c", `${trap}exec sleep 600`], { stdio: "ignore", detached });
  const args = [...flags, "-c", REAPER_SCRIPT, "reaper", String(grace), proc.folder, String(helperSeconds)];
  const reaper = spawn(file, args, { stdio: ["pipe", "ignore", "inherit", "pipe"] });
  reaper.stdin?.on("error", () => {});
  t.after(() => {
    sleeper.kill("SIGKILL");
    reaper.kill("SIGKILL");
    proc.remove();
  });
  return { sleeper, reaper, proc };
}

async function signalOf(child: ChildProcess): Promise<NodeJS.Signals | null> {
  await over(child);
  return child.signalCode;
}

async function over(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await within(new Promise((resolve) => child.once("exit", resolve)), "the process ends");
}
