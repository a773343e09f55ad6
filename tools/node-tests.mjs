// `npm run test:node -- FOLDER`: runs Node's own tests of its servers plain and as unmodified programs, and compares.

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { build } from "./lib/build.mjs";
import { ensureInstalled } from "./lib/install.mjs";
import { giveUp, root, say } from "./lib/paths.mjs";

const USAGE = `npm run test:node -- FOLDER [options]
  FOLDER           the folder "test" of Node's sources, with "parallel" and "common" in it, of the version of the Node that runs it
  --node PATH      the Node that runs the tests (this one)
  --only PATTERN   only tests whose file name matches (a regular expression)
  --jobs N         tests at a time (the number of cores)
  --skip-build     run what is compiled already
Each test runs plain first. Those that pass then run in one node of a service: one that fails only there must be listed in docs/unmodified.md.`;

const MODULES = /^test-(net|http|https|http2|tls|dgram)-.*\.m?js$/;
const DIFFERENCES = join(root, "docs", "unmodified.md");
const IN_A_NODE = join(root, "tools", "lib", "in-a-node.mjs");
const TIMEOUT_MS = 60_000;
const OUTPUT_LENGTH = 1_500;

const { values: options, positionals } = readArguments();
const folder = resolve(positionals[0]);
if (!options["skip-build"]) {
  ensureInstalled();
  build();
}
const known = knownDifferences();
/** @type {{ same: number, known: string[], unlisted: string[], unneeded: string[], plainFails: number }} */
const counts = { same: 0, known: [], unlisted: [], unneeded: [], plainFails: 0 };
const waiting = testFiles();
await Promise.all(Array.from({ length: options.jobs }, (_, job) => work(job)));
report();

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        node: { type: "string", default: process.execPath },
        only: { type: "string", default: "" },
        jobs: { type: "string", default: String(availableParallelism()) },
        "skip-build": { type: "boolean", default: false },
      },
    });
    if (positionals.length !== 1) throw new Error("name one folder");
    if (!existsSync(join(positionals[0], "parallel"))) throw new Error(`${positionals[0]} has no folder "parallel"`);
    return { values: { ...values, jobs: Number(values.jobs) }, positionals };
  } catch (error) {
    return giveUp(`${error.message}\n${USAGE}`, 2);
  }
}

function testFiles() {
  const only = new RegExp(options.only);
  return readdirSync(join(folder, "parallel")).filter((name) => MODULES.test(name) && only.test(name));
}

/** The tests that docs/unmodified.md names as different on purpose. */
function knownDifferences() {
  return new Set(readFileSync(DIFFERENCES, "utf8").match(/\btest-[\w-]+\.m?js\b/g));
}

async function work(job) {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) judge(name, await compare(name, job));
}

/** Runs one test plain, then in a node. `undefined` where it does not pass plain; otherwise how it ended in the node. */
async function compare(name, job) {
  const file = join(folder, "parallel", name);
  const flags = flagsOf(file);
  // Node's tests take a port by its number from the number of their thread, and a temporary folder.
  const temporary = join(root, "build", "node-tests", String(job));
  mkdirSync(temporary, { recursive: true });
  const env = { ...process.env, TEST_THREAD_ID: String(job), NODE_TEST_DIR: temporary };
  const plain = await run([...flags, file], env);
  if (plain.code !== 0) return undefined;
  return run([...flags, IN_A_NODE, file], env);
}

/** The flags that a test asks for in a comment at its head. */
function flagsOf(file) {
  const [, flags] = /^\/\/ Flags:(.*)$/m.exec(readFileSync(file, "utf8")) ?? [];
  return flags?.trim().split(/\s+/) ?? [];
}

function run(args, env) {
  return new Promise((done) => {
    const child = spawn(options.node, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => (output += bytes));
    const timer = setTimeout(() => {
      if (typeof child.pid === "number") process.kill(-child.pid, "SIGKILL");
    }, TIMEOUT_MS);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      done({ code: code ?? signal, output: output.slice(-OUTPUT_LENGTH) });
    });
  });
}

function judge(name, ending) {
  if (ending === undefined) counts.plainFails += 1;
  else if (ending.code === 0) {
    counts.same += 1;
    if (known.has(name)) counts.unneeded.push(name);
  } else if (known.has(name)) counts.known.push(name);
  else {
    counts.unlisted.push(name);
    say(`${name} passes plain and ends with ${ending.code} in a node:\n${ending.output}\n`);
  }
}

function report() {
  const { same, known: listed, unlisted, unneeded, plainFails } = counts;
  console.log(`${plainFails} do not pass plain, or are skipped there, and were left out`);
  console.log(`${listed.length} differ as docs/unmodified.md says`);
  if (unneeded.length > 0) console.log(`pass, though docs/unmodified.md lists them: ${unneeded.join(", ")}`);
  if (unlisted.length > 0) console.log(`differ, and are not listed: ${unlisted.join(", ")}`);
  console.log(`${same + listed.length} passed, ${unlisted.length} failed`);
  process.exitCode = unlisted.length === 0 && same > 0 ? 0 : 1;
}
