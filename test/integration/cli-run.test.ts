// A program that knows nothing of multi-node, run from the command line: its arguments, its port, reloads on change.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { COMMAND, writeFiles } from "../helpers/command.js";
import { temporaryFolder } from "../helpers/environment.js";
import { Program } from "../helpers/program.js";

const SERVER = (release: number): string => `
const { createServer } = require("node:http");
const { argv, env, pid } = process;
const server = createServer((_, response) => response.end(JSON.stringify({ release: ${release}, pid, args: argv.slice(2) })));
server.listen(env.PORT, "127.0.0.1");
`;

interface Answer {
  release: number;
  pid: number;
  args: string[];
}

/** Runs server.js of a folder of its own; resolves when all nodes serve. */
async function runServer(t: Parameters<typeof Program.start>[0], words: string[]): Promise<[Program, string, string]> {
  const app = temporaryFolder(t);
  writeFiles(app, { "server.js": SERVER(1), "multi-node.config.json": '{ "name": "shop", "nodes": 2 }' });
  const args = [join(app, "server.js"), "--config", join(app, "multi-node.config.json"), ...words];
  const program = Program.start(t, COMMAND, { args, env: { PORT: "0" } });
  const line = await program.says(/shop \(pid \d+\): 2 nodes serve 127\.0\.0\.1:(\d+)\n/);
  return [program, app, `http://127.0.0.1:${line[1]}`];
}

async function ask(url: string): Promise<Answer> {
  const response = await fetch(url, { headers: { connection: "close" } });
  return (await response.json()) as Answer;
}

test("a program gets its port and its arguments, says where it serves, and ends in order", async (t) => {
  const [program, , url] = await runServer(t, ["--", "--verbose", "-n", "9"]);
  const { release, args, pid } = await ask(url);
  assert.deepEqual([release, args], [1, ["--verbose", "-n", "9"]]);
  assert.notEqual(pid, program.pid);
  await program.stop();
});

test("--watch reloads on change; code that does not start leaves the old nodes", async (t) => {
  const [program, app, url] = await runServer(t, ["--watch"]);
  assert.equal((await ask(url)).release, 1);
  writeFileSync(join(app, "server.js"), SERVER(2));
  await program.says(/server\.js changed: reloading\n[^]*multi-node: reloaded\n/);
  assert.equal((await ask(url)).release, 2);
  writeFileSync(join(app, "server.js"), "let let;");
  await program.says(/multi-node: the reload was given up, the old nodes go on: .*SyntaxError.*\n/);
  assert.equal((await ask(url)).release, 2);
  writeFileSync(join(app, "server.js"), SERVER(3));
  await program.says(/given up[^]*multi-node: reloaded\n/);
  assert.equal((await ask(url)).release, 3);
  await program.stop();
});
