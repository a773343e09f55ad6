// To a program that knows nothing of this package, a node is a worker of node:cluster with a channel that nothing comes over.
import assert from "node:assert/strict";
import { test } from "node:test";
import { allServe, runHosted } from "../helpers/hosted.js";
import { get, portOf } from "../helpers/http.js";

test("whoever asks node:cluster, and however, learns that this is a worker", async (t) => {
  const program = runHosted(t, "in-cluster.js");
  const told = await program.count("says", 2);
  for (const says of told) {
    const worker = { isMaster: false, isPrimary: false, isWorker: true };
    const { id } = says["named"] as { id: number };
    assert.deepEqual(says["named"], { ...worker, id });
    assert.deepEqual(says["byDefault"], worker);
    assert.deepEqual(says["required"], { isPrimary: false, id, same: true });
    assert.deepEqual(says["worker"], { connected: true, dead: false });
  }
  assert.deepEqual(
    told.map((says) => (says["named"] as { id: number }).id).toSorted((a, b) => a - b),
    [1, 2],
  );
  await allServe(program);
  await program.stop();
});

test("a listener for messages hears nothing of ours, and what is sent harms nobody", async (t) => {
  const program = runHosted(t, "in-cluster.js", { run: { balance: "round-robin" } });
  const port = portOf(await allServe(program));
  for (let request = 1; request <= 4; request++) assert.equal((await get(port, "/send")).body, "served");
  program.kill("SIGHUP");
  await program.first("reload", ({ state }) => state === "done");
  assert.equal((await get(port)).body, "served");
  await program.stop();
  assert.deepEqual(program.all("heard"), []);
  assert.equal(program.stderr, "");
});

test("a worker that kills itself ends in order, and another takes its place", async (t) => {
  const program = runHosted(t, "in-cluster.js");
  const port = portOf(await allServe(program));
  assert.equal((await get(port, "/kill")).body, "served");
  const { exit } = await program.first("exit");
  assert.equal((exit as { reason: string }).reason, "drained");
  await program.count("says", 3);
  await program.stop();
});
