// A program that does not come to serve ends the service at once: one clear line behind what the program wrote itself.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { temporaryFolder } from "../helpers/environment.js";
import { runHosted } from "../helpers/hosted.js";
import type { Program } from "../helpers/program.js";

/** Longer than any test may take: nothing here waits for it. */
const NEVER = 600_000;

const ended = /it ended with code 0 before it served, with no server listening$/;
const threw = (error: string): RegExp => new RegExp(`it ended with code 1 \\(${error}.*\\) before it served$`);

const failures: [what: string, name: string, code: string, why: RegExp][] = [
  ["ends by itself", "server.mjs", "", ended],
  ["ends by itself after a while", "server.cjs", "setTimeout(() => {}, 20);", ended],
  ["ends with a code of its own", "server.mjs", "process.exit(3);", /it ended with code 3 before it served$/],
  ["throws", "server.mjs", 'throw new Error("no database");', threw("Error: no database")],
  ["rejects", "server.cjs", 'Promise.reject(new TypeError("no"));', threw("TypeError: no")],
  ["has a syntax error as an ES module", "server.mjs", "const x = ;", threw("SyntaxError: Unexpected token")],
  ["has a syntax error in CommonJS", "server.cjs", "const x = ;", threw("SyntaxError: Unexpected token")],
  ["imports what is not there", "server.mjs", 'import "./gone.js";', threw("Error \\[ERR_MODULE_NOT_FOUND\\]: .*gone")],
  ["requires what is not there", "server.cjs", 'require("./gone.js");', threw("Error: Cannot find module .*gone")],
  [
    "listens on what it cannot have",
    "server.cjs",
    'require("net").createServer().listen(1, "203.0.113.1");',
    threw("cannot listen on port 1 of 203\\.0\\.113\\.1: EADDRNOTAVAIL"),
  ],
  [
    "binds a UDP port that it cannot have",
    "server.cjs",
    'require("dgram").createSocket("udp4").bind(1, "203.0.113.1");',
    threw("cannot listen on UDP port 1 of 203\\.0\\.113\\.1: EADDRNOTAVAIL"),
  ],
];

for (const [what, name, code, why] of failures) {
  test(`a program that ${what} has failed to start, once and at once`, async (t) => {
    const program = start(t, name, code, { readyTimeout: NEVER });
    await fails(program, why);
    assert.ok(program.all("exit").length <= 2, "no node is tried again");
  });
}

test("what the program wrote is there, and no stack of ours", async (t) => {
  const program = start(t, "server.cjs", 'require("net").createServer().listen(1, "203.0.113.1");', {});
  await program.ended();
  assert.equal(program.stderr.split("\n").length, 2, program.stderr);
  const other = start(t, "server.mjs", 'console.error("my own words"); throw new Error("no database");', {});
  await other.ended();
  assert.equal(other.stderr.match(/^my own words$/gm)?.length, 2);
  assert.equal(other.stderr.match(/^Error: no database$/gm)?.length, 2);
  assert.doesNotMatch(other.stderr, /dist\/bundle/);
});

test("a program that does not listen in time is ended", async (t) => {
  const program = start(t, "server.mjs", "setInterval(() => {}, 1_000);", { readyTimeout: 300 });
  await fails(program, /did not serve within readyTimeout and was killed$/);
});

test("a program that waits for its socket lives until it has it", async (t) => {
  const program = start(t, "server.cjs", 'require("net").createServer().listen(0, "127.0.0.1");', {});
  await program.first("ready", ({ id }) => id === "master");
  await program.stop();
});

test("where one node has served, one that fails is tried again", async (t) => {
  const flag = join(temporaryFolder(t), "second");
  const code = `
    const { existsSync, writeFileSync } = require("node:fs");
    const flag = ${JSON.stringify(flag)};
    if (existsSync(flag)) require("node:net").createServer().listen(0, "127.0.0.1");
    else {
      writeFileSync(flag, "");
      require("node:net").createServer().listen(0, "127.0.0.1", () => setTimeout(() => process.exit(1), 500));
    }`;
  const program = start(t, "server.cjs", code, { nodes: 1, log: false });
  await program.count("node", 2);
  assert.equal(program.all("exit").length, 1);
  await program.stop();
});

function start(t: TestContext, name: string, code: string, run: Record<string, unknown>): Program {
  const script = join(temporaryFolder(t), name);
  writeFileSync(script, code);
  return runHosted(t, script, { run });
}

async function fails(program: Program, why: RegExp): Promise<void> {
  assert.deepEqual(await program.ended(), { code: 1, signal: null });
  const ours = program.stderr.split("\n").filter((line) => line.startsWith("multi-node: no node of "));
  assert.equal(ours.length, 1, program.stderr);
  assert.match(ours[0] ?? "", why);
  await program.leavesNothing();
}
