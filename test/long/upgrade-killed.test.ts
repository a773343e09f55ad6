// The old master is killed while a new one starts: the new one takes over, or all of it ends with an error that says why.
import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { eventually } from "../helpers/deadline.js";
import { runHosted } from "../helpers/hosted.js";
import { get, getOver, portOf } from "../helpers/http.js";
import { Program, type Told } from "../helpers/program.js";

/** Milliseconds after the start of the new master's process. */
const MOMENTS = [0, 40, 120];

for (const ms of MOMENTS) {
  test(`killed ${ms} ms after the new master's process was started`, async (t) => {
    const program = await started(t);
    await killed(program, () => new Promise((resolve) => setTimeout(resolve, ms)));
    await isServedOrOver(program, (told) => get(portOf(told)));
  });
}

test("killed once the new master's program runs, and once a node of it serves", async (t) => {
  for (const event of ["master", "listening"]) {
    const program = await started(t);
    const before = program.told.length;
    await killed(program, () =>
      program.until(() => program.told.slice(before).some((told) => told.event === event), event),
    );
    await isServedOrOver(program, (told) => get(portOf(told)));
  }
});

for (const ms of MOMENTS) {
  test(`killed after ${ms} ms where the service is at a Unix socket`, async (t) => {
    const program = await started(t, { path: "service.sock" });
    await killed(program, () => new Promise((resolve) => setTimeout(resolve, ms)));
    await isServedOrOver(program, () => getOver(join(program.folder, "service.sock")));
  });

  test(`killed after ${ms} ms where the program is unmodified`, async (t) => {
    const program = runHosted(t, "listens.js");
    await program.first("ready", ({ id }) => id === "master");
    await killed(program, () => new Promise((resolve) => setTimeout(resolve, ms)));
    await isServedOrOver(program, (told) => get(portOf(told)));
  });
}

async function started(t: TestContext, options: object = {}): Promise<Program> {
  const program = Program.start(t, "upgrades.js", { args: [JSON.stringify(options)] });
  await program.first("ready", ({ id }) => id === "master");
  return program;
}

/** SIGUSR2, and SIGKILL as soon as the new master's process is there and the moment has come. */
async function killed(program: Program, moment: () => Promise<unknown>): Promise<void> {
  const before = new Set(program.processes);
  program.kill("SIGUSR2");
  await eventually(() => program.processes.some((pid) => !before.has(pid)), "a new master starts");
  await moment();
  program.kill("SIGKILL");
}

async function isServedOrOver(program: Program, ask: (ready: Told) => Promise<unknown>): Promise<void> {
  const ready = (): Told | undefined =>
    program.all("ready").find(({ id, pid }) => id === "master" && pid !== program.pid);
  await eventually(
    () => ready() !== undefined || program.processes.length === 0,
    () => `it is served or over: ${JSON.stringify(program.told)} ${program.stderr}`,
  );
  const served = ready();
  if (served !== undefined) {
    await ask(served);
    process.kill(served.pid, "SIGTERM");
  } else {
    assert.match(program.stderr, /multi-node: |MN_ERR_/);
  }
  assert.doesNotMatch(program.stderr, /TypeError|ERR_INTERNAL|    at /);
  await program.leavesNothing();
}
