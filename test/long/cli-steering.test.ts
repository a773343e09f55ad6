// The steering commands at real services: each does what it says, and ends as it says.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Status } from "multi-node";
import { COMMAND, writeFiles } from "../helpers/command.js";
import { temporaryFolder } from "../helpers/environment.js";
import { get, portOf } from "../helpers/http.js";
import { Program } from "../helpers/program.js";
import { jsonLines, steer } from "../helpers/steer.js";

test("status --json is what nodes.status() gives", async (t) => {
  const [program, port] = await service(t, { name: "one" });
  const { stdout, code } = await steer(program.folder, "status", "-s", "one", "--json");
  assert.equal(code, 0);
  const own = JSON.parse((await get(port, "/status")).body) as Status;
  assert.deepEqual(lasting(JSON.parse(stdout) as Status), lasting(own));
  await program.stop();
});

test("scale, restart, reload and stop", async (t) => {
  const [program] = await service(t, { name: "two" });
  const order = (...words: string[]): ReturnType<typeof steer> => steer(program.folder, ...words, "-s", "two");
  const scaled = await order("scale", "3");
  assert.deepEqual([scaled.code, scaled.stderr], [0, ""]);
  assert.match(scaled.stdout, /^node-3 starts\nnode-3 serves\ntwo is served by 3 nodes \(.*\)\n$/);
  const restarted = await order("restart", "2");
  assert.match(
    restarted.stdout,
    /^node-4 starts\nnode-4 serves\nnode-2 drains\nnode-2 has ended after [^\n]+\ntwo has /,
  );
  const unknown = await order("restart", "node-2");
  assert.deepEqual([unknown.code, unknown.stdout], [3, ""]);
  assert.match(unknown.stderr, /^multi-node: node-2 is not there: [^\n]+\n$/);
  const reloaded = await order("reload", "--json");
  assert.deepEqual([reloaded.code, jsonLines(reloaded).at(-1)], [0, { result: null }]);
  assert.equal(jsonLines(reloaded).filter((line) => JSON.stringify(line).includes('"exit"')).length, 3);
  const stopped = await order("stop");
  assert.deepEqual([stopped.code, stopped.stderr], [0, ""]);
  assert.match(stopped.stdout, /two has ended \(.*\)\n$/);
  assert.deepEqual(await program.ended(), { code: 0, signal: null });
  await program.leavesNothing();
});

test("two services at once are told apart, and one whose master is stopped gives a time-out", async (t) => {
  const [one] = await service(t, { name: "left" });
  const other = Program.start(t, "steered.js", { args: ['{"name":"right","nodes":1}'], folder: one.folder });
  await other.first("ready", ({ id }) => id === "master");
  const both = await steer(one.folder, "list");
  assert.match(both.stdout, /^left [^]*^right /m);
  const unclear = await steer(one.folder, "status");
  assert.equal(unclear.code, 3);
  assert.match(unclear.stderr, /left.*right/);
  assert.equal((await steer(one.folder, "scale", "2", "-s", String(other.pid))).code, 0);
  one.kill("SIGSTOP");
  const late = await steer(one.folder, "status", "--ready", "-s", "left", "--timeout", "0.5s");
  assert.deepEqual([late.code, late.stdout], [4, ""]);
  assert.match(
    (await steer(one.folder, "list", "--timeout", "0.5s")).stdout,
    /^left +\d+ +no answer .*\nright +\d+ +2\/2 /m,
  );
  one.kill("SIGCONT");
  assert.equal((await steer(one.folder, "status", "--ready", "-s", "left")).code, 0);
  for (const name of ["left", "right"]) assert.equal((await steer(one.folder, "stop", "-s", name)).code, 0);
  await one.leavesNothing();
});

test("a release that does not start: its error, exit code 1, and what nodes wrote", async (t) => {
  const app = temporaryFolder(t);
  const good = 'console.log("I serve");\nrequire("http").createServer((q, s) => s.end()).listen(0, "127.0.0.1");';
  writeFiles(app, { "server.js": good });
  const script = join(app, "server.js");
  const program = Program.start(t, COMMAND, { args: [script, "-n", "2", "--name", "app"] });
  await program.says(/app \(pid \d+\): 2 nodes serve/);
  const logs = await steer(program.folder, "logs", "-s", "app", "2");
  assert.equal(logs.stdout, "node-2 | I serve\n");
  writeFileSync(script, 'throw new TypeError("no database");');
  const { code, stdout, stderr } = await steer(program.folder, "reload", "-s", app);
  assert.equal(code, 1);
  assert.match(stdout, /^node-3 starts\n(.*\n)*node-3 ended: code 1 after [^\n]*TypeError: no database\n/);
  assert.match(stdout, /\nmulti-node logs node-3 shows what it wrote\n$/);
  assert.match(
    stderr,
    /^multi-node: the reload was given up, the old nodes go on: [^\n]*TypeError: no database[^\n]*\n$/,
  );
  assert.match((await steer(program.folder, "logs", "-s", "app")).stdout, /^node-3 \| TypeError: no database$/m);
  const told = JSON.parse((await steer(program.folder, "status", "-s", "app", "--json")).stdout) as Status;
  assert.deepEqual(
    told.nodes.map(({ id, state }) => [id, state]),
    [
      ["node-1", "serving"],
      ["node-2", "serving"],
    ],
  );
  assert.equal((await steer(program.folder, "stop", "-s", "app")).code, 0);
  await program.leavesNothing();
});

async function service(t: TestContext, options: Record<string, unknown>): Promise<[Program, number]> {
  const program = Program.start(t, "steered.js", { args: [JSON.stringify(options)] });
  return [program, portOf(await program.first("ready", ({ id }) => id === "master"))];
}

/** What does not change with each heartbeat. */
function lasting(status: Status): unknown {
  return { ...status, nodes: status.nodes.map(({ vitals: _, ...node }) => node) };
}
