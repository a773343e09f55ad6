// What a program has started ends with its node, however that ends; what has made a session of its own does not.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { eventually } from "../helpers/deadline.js";
import { allServe, runHosted } from "../helpers/hosted.js";
import { childrenOf } from "../helpers/processes.js";
import type { Program, Told } from "../helpers/program.js";
import { isAlive } from "#src/alive.js";

test("a reload and a stop leave no helper of the old nodes", async (t) => {
  const program = await start(t, "heeds", {});
  program.kill("SIGHUP");
  await program.first("reload", ({ state }) => state === "done");
  await haveEnded(helpersOf(program).slice(0, 4));
  assert.ok(helpersOf(program).slice(4).every(isAlive), "those of the new nodes live");
  program.kill("SIGTERM");
  assert.equal((await program.ended()).code, 0);
  assert.deepEqual(helpersOf(program).filter(isAlive), []);
  endDetached(program);
  await program.leavesNothing();
});

test("helpers of a node that was killed end, and those of others live", async (t) => {
  const program = await start(t, "heeds", {});
  process.kill(program.all("helpers")[0]?.pid ?? 0, "SIGKILL");
  await haveEnded(helpersOf(program).slice(0, 2));
  assert.ok(helpersOf(program).slice(2, 4).every(isAlive));
  await stop(program);
});

test("a helper that does not end on SIGTERM holds up no successor, and is killed after helperTimeout", async (t) => {
  const program = await start(t, "ignores", { helperTimeout: 3_000 });
  program.kill("SIGHUP");
  await program.first("reload", ({ state }) => state === "done");
  await haveEnded(helpersOf(program).slice(0, 4));
  await program.says(/helper processes of a node with the pid \d+ have not ended on SIGTERM: killed/);
  await stop(program);
  assert.deepEqual(helpersOf(program).filter(isAlive), []);
});

test("a second signal ends helpers at once", async (t) => {
  const program = await start(t, "ignores", { helperTimeout: 600_000 });
  program.kill("SIGTERM");
  await program.count("exit", 2);
  assert.ok(helpersOf(program).every(isAlive), "they are waited for");
  program.kill("SIGTERM");
  assert.equal((await program.ended()).code, 143);
  await haveEnded(helpersOf(program));
  endDetached(program);
});

test("with helperTimeout 0 helpers are left alone", async (t) => {
  const program = await start(t, "heeds", { helperTimeout: 0 });
  program.kill("SIGTERM");
  assert.equal((await program.ended()).code, 0);
  assert.ok(helpersOf(program).every(isAlive));
  for (const pid of helpersOf(program)) process.kill(pid, "SIGKILL");
  endDetached(program);
});

for (const way of ["heeds", "ignores"]) {
  test(`helpers end when the master is killed: one that ${way} SIGTERM`, async (t) => {
    const program = await start(t, way, { helperTimeout: 1_000, drainTimeout: 1_000 });
    const reaper = childrenOf(program.pid).map(({ pid }) => pid);
    program.kill("SIGKILL");
    await haveEnded([...program.all("helpers").map(({ pid }) => pid), ...helpersOf(program), ...reaper]);
    endDetached(program);
  });
}

async function start(t: TestContext, way: string, run: Record<string, unknown>): Promise<Program> {
  const program = runHosted(t, "starts-helpers.js", { args: [way], run });
  await allServe(program);
  await program.count("helpers", 2);
  return program;
}

function helpersOf(program: Program): number[] {
  return program.all("helpers").flatMap((told: Told) => told["helpers"] as number[]);
}

async function haveEnded(pids: readonly number[]): Promise<void> {
  await eventually(
    () => !pids.some(isAlive),
    () => `these end: ${pids.filter(isAlive).join(" ")}`,
  );
}

async function stop(program: Program): Promise<void> {
  program.kill("SIGTERM");
  assert.equal((await program.ended()).code, 0);
  endDetached(program);
}

/** They have outlived the service, as they are to. */
function endDetached(program: Program): void {
  for (const { detached } of program.all("helpers")) process.kill(detached as number, "SIGKILL");
}
