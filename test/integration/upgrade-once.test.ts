// SIGUSR2: what must run once runs in one master at a time, and no id is used twice.
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Program } from "../helpers/program.js";

test("a job from ready to replaced runs in one master at a time, over two upgrades and one that fails", async (t) => {
  const program = Program.start(t, "job.js");
  await program.count("job", 1);
  writeFileSync(join(program.folder, "broken"), "");
  program.kill("SIGUSR2");
  await program.says(/the new master is given up, this one goes on/);
  assert.equal(program.all("job").length, 1);
  rmSync(join(program.folder, "broken"));
  program.kill("SIGUSR2");
  const [, , second] = await program.count("job", 3);
  process.kill(second?.pid ?? 0, "SIGUSR2");
  const [, , , , third] = await program.count("job", 5);
  const jobs = program.all("job").map(({ pid, state, successor }) => [pid, state, successor]);
  const pids = [program.pid, second?.pid, third?.pid];
  assert.equal(new Set(pids).size, 3);
  assert.deepEqual(jobs, [
    [pids[0], "begins", undefined],
    [pids[0], "ends", pids[1]],
    [pids[1], "begins", undefined],
    [pids[1], "ends", pids[2]],
    [pids[2], "begins", undefined],
  ]);
  const ids = program
    .all("ready")
    .map(({ id }) => id)
    .filter((id) => id !== "master");
  assert.equal(ids.length, 6);
  assert.equal(new Set(ids).size, 6, ids.join(" "));
  process.kill(third?.pid ?? 0, "SIGTERM");
  await program.leavesNothing();
});
