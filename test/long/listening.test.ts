// When a server says that it listens, whoever connects is accepted, whoever accepts: at each port, and after a reload too.
import assert from "node:assert/strict";
import { test } from "node:test";
import { policies } from "../fixtures/balance-policies.js";
import { runHosted } from "../helpers/hosted.js";
import { Program } from "../helpers/program.js";

for (const balance of policies) {
  test(`listen(), balance ${balance}: a server that says that it listens can be reached`, async (t) => {
    await reachesItself(Program.start(t, "listens-and-asks-itself.js", { args: [balance] }));
  });
}

for (const balance of ["shared", "round-robin", "least-connections", "sticky"]) {
  test(`an unmodified program, balance ${balance}: a server that says that it listens can be reached`, async (t) => {
    await reachesItself(runHosted(t, "asks-itself.js", { run: { balance } }));
  });
}

/** Two nodes with two ports each, then two more after a reload. */
async function reachesItself(program: Program): Promise<void> {
  await program.count("asked", 4);
  await program.first("ready", ({ id }) => id === "master");
  program.kill("SIGHUP");
  await program.first("reload", ({ state }) => state === "done");
  const asked = await program.count("asked", 8);
  assert.deepEqual(
    asked.map(({ outcome }) => outcome),
    asked.map(() => 200),
  );
  await program.stop();
}
