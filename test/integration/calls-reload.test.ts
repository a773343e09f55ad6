// A node that drains answers the calls that it has, and gets no more; the master answers until its nodes have ended.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { NodeExit } from "multi-node";
import { get, portOf } from "../helpers/http.js";
import { Program } from "../helpers/program.js";

test("calls in progress are answered by nodes that are replaced meanwhile", async (t) => {
  const program = Program.start(t, "answers-slowly.js");
  const { old, answers, refused } = await program.first("answers");
  assert.deepEqual(answers, old);
  assert.equal(refused, "MN_ERR_NO_HANDLER");
  await program.ended();
  const exits = program.all("exit").map(({ exit }) => exit as NodeExit);
  assert.ok(
    exits.every(({ reason, code }) => reason === "drained" && code === 0),
    JSON.stringify(exits),
  );
});

const ASKS_AT_THE_END = `
import { once } from "node:events";
import { createServer } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { listen } from "multi-node";

const server = createServer(async (request, response) => {
  if (request.url === "/late") await drained.then(() => wait(200));
  response.end(nodes.id + " " + (await nodes.call("master", "sum", [1, 2])));
});
const options = { port: 0, host: "127.0.0.1", nodes: 3, masterListen: true, balance: "round-robin" };
const nodes = listen(options, server);
const drained = once(nodes, "drain");
if (nodes.isMaster) nodes.handle("sum", ([a, b]) => a + b);
`;

test("where the master serves too, it answers calls of its nodes until these have ended", async (t) => {
  const program = Program.start(t, "from-readme.js", { env: { README_PROGRAM: ASKS_AT_THE_END } });
  const port = portOf(await program.first("ready", ({ id }) => id === "master"));
  const late = Promise.all([1, 2, 3].map(() => get(port, "/late")));
  await get(port);
  program.kill("SIGTERM");
  const answers = (await late).map(({ body }) => body).sort();
  assert.deepEqual(answers, ["master 3", "node-1 3", "node-2 3"]);
  assert.deepEqual(await program.ended(), { code: 0, signal: null }, program.stderr);
  await program.leavesNothing();
});
