// Whether a process is a node: only one whose master is its own parent and holds a channel to it.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { type TestContext, test } from "node:test";
import type * as Module from "#src/node/boot.js";
import { BOOT_VARIABLE, type Boot } from "#src/protocol.js";
import { replaceProperty, setEnvironment } from "../../helpers/environment.js";

const TOLD: Boot = { id: "node-1", master: process.ppid, folder: "/run/multi-node-0123", sockets: [] };

test("what the master told is read and removed, so that no grandchild takes it for its own", async (t) => {
  assert.deepEqual(await boot(t, JSON.stringify(TOLD), true), TOLD);
  assert.equal(process.env[BOOT_VARIABLE], undefined);
});

test("a process that no master started is no node", async (t) => {
  assert.equal(await boot(t, undefined, true), undefined);
});

test("a process without a channel is no node, and the variable is removed all the same", async (t) => {
  assert.equal(await boot(t, JSON.stringify(TOLD), false), undefined);
  assert.equal(process.env[BOOT_VARIABLE], undefined);
});

test("a grandchild of the master is no node", async (t) => {
  assert.equal(await boot(t, JSON.stringify({ ...TOLD, master: process.pid }), true), undefined);
});

test("a node whose master has died is an orphan, and never a master of its own", async (t) => {
  const { pid } = spawnSync(process.execPath, ["--version"]);
  assert.equal(await boot(t, JSON.stringify({ ...TOLD, master: pid }), true), "orphan");
  assert.equal(await boot(t, JSON.stringify({ ...TOLD, master: pid }), false), "orphan");
});

let loads = 0;

/** Loads the module anew, as a process that starts does. */
async function boot(t: TestContext, variable: string | undefined, hasChannel: boolean): Promise<typeof Module.boot> {
  setEnvironment(t, { [BOOT_VARIABLE]: variable });
  replaceProperty(t, process, "send", hasChannel ? () => true : undefined);
  loads += 1;
  const module = (await import(`${import.meta.resolve("#src/node/boot.js")}?load=${loads}`)) as typeof Module;
  return module.boot;
}
