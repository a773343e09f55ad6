// `npm test`: installs when needed, builds, runs the compiled tests and ends with the line "N passed, N failed".
// `npm run test:all` runs the long ones as well.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, normalize } from "node:path";
import { parseArgs } from "node:util";
import { addUp } from "./count-reporter.mjs";
import { build, filesIn } from "./lib/build.mjs";
import { runInForeground } from "./lib/foreground.mjs";
import { ensureInstalled } from "./lib/install.mjs";
import { binOf, giveUp, root, say } from "./lib/paths.mjs";
import { membersOfGroup } from "./lib/processes.mjs";

const USAGE = `npm test -- [part of a path ...] [options]
  --all            also the long tests, of test/long, which run without it only where a part of a path is given
  --programs       the tests with programs out of the registry, and no others; see npm run test:programs
  --name PATTERN   only tests whose name matches (a regular expression)
  --node PATH      run the tests with this Node
  --coverage       report which lines of src/ were run (also in coverage/index.html)
  --skip-build     run what is compiled already
  --minutes N      end the whole run after this long (15, or more on a busy machine)
  --counts FILE    write the counts, and what failed, to this file, as JSON`;

// Node 20 and 22 hold a whole file to this, newer ones each test. Longer on a machine that is busy with other things.
const TEST_TIMEOUT_MS = 120_000;
const MINUTES = 15;
const TESTS = join("build", "test");
const LONG = join(TESTS, "long");
const LONGEST_FIRST = [LONG, join(TESTS, "integration")];
// Milliseconds for which the machine is measured.
const MEASURED_MS = 300;
// These need what is installed in test/programs/apps.
const PROGRAMS = join(TESTS, "programs");

const { values: options, positionals: parts } = readArguments();
if (!options["skip-build"]) {
  ensureInstalled();
  build();
}
const files = testFiles();
const busy = howBusy();
if (files.length === 0) giveUp(`no test file matches ${parts.join(" ") || TESTS}`);
await runTests();

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        name: { type: "string" },
        node: { type: "string", default: process.execPath },
        all: { type: "boolean", default: false },
        coverage: { type: "boolean", default: false },
        programs: { type: "boolean", default: false },
        "skip-build": { type: "boolean", default: false },
        minutes: { type: "string" },
        counts: { type: "string" },
      },
    });
  } catch (error) {
    return giveUp(`${error.message}\n${USAGE}`, 2);
  }
}

/** Node 20's --test takes no glob, so the files are named one by one. */
function testFiles() {
  const tests = filesIn(join(root, TESTS)).filter((name) => /\.test\.c?js$/.test(name));
  // A shell completes test/unit/a.test.ts, and what runs is build/test/unit/a.test.js.
  const wanted = parts.map((part) => normalize(part).replace(/\.ts$/, ".js"));
  const all = tests.toSorted(longestFirst).map((name) => join(TESTS, name));
  const paths = all.filter((path) => path.startsWith(PROGRAMS) === options.programs).filter(isChosen);
  return wanted.length === 0 ? paths : paths.filter((path) => wanted.some((part) => path.includes(part)));
}

/** Otherwise a core would wait for them at the end. */
function longestFirst(a, b) {
  return rank(a) - rank(b);
}

function rank(name) {
  const at = LONGEST_FIRST.findIndex((folder) => join(TESTS, name).startsWith(folder));
  return at === -1 ? LONGEST_FIRST.length : at;
}

function isChosen(path) {
  return options.all || parts.length > 0 || !path.startsWith(LONG);
}

/** How many times longer than on a machine that does nothing else this process takes for the same work. */
function howBusy() {
  const start = performance.now();
  const used = process.cpuUsage();
  while (performance.now() - start < MEASURED_MS);
  const { user, system } = process.cpuUsage(used);
  return Math.max(1, (performance.now() - start) / ((user + system) / 1000));
}

async function runTests() {
  const countsFile = join(root, "build", `counts-${process.pid}.jsonl`);
  mkdirSync(join(root, "build"), { recursive: true });
  const [command, ...args] = [...coverage(), options.node, "--test", ...runnerOptions(countsFile), ...files];
  const ending = await runInForeground(command, args, {
    cwd: root,
    env: environment(),
    timeout: minutes() * 60_000,
    onTimeout: nameTheHanging,
    sweep: true,
  });
  report(ending, readCounts(countsFile));
  rmSync(countsFile, { force: true });
}

function coverage() {
  const reports = ["--all", "--include=dist/**", "--reporter=text", "--reporter=html"];
  return options.coverage ? [process.execPath, binOf("c8"), ...reports] : [];
}

function runnerOptions(countsFile) {
  const name = options.name === undefined ? [] : [`--test-name-pattern=${options.name}`];
  return [
    // One more than there are cores, as many of them wait for another process.
    `--test-concurrency=${availableParallelism() + 1}`,
    `--test-timeout=${Math.round(TEST_TIMEOUT_MS * busy)}`,
    "--test-reporter=spec",
    "--test-reporter-destination=stdout",
    `--test-reporter=${join(root, "tools", "count-reporter.mjs")}`,
    `--test-reporter-destination=${countsFile}`,
    ...name,
  ];
}

/**
 * On a terminal the runner sets FORCE_COLOR for the tests, so what their programs write would differ from CI's;
 * NO_COLOR keeps it the same everywhere. NODE_TEST_CONTEXT is there when a test runs this script.
 */
function environment() {
  const { FORCE_COLOR: _color, NODE_TEST_CONTEXT: _context, ...rest } = process.env;
  return { ...rest, NO_COLOR: "1" };
}

function minutes() {
  return options.minutes === undefined ? Math.ceil(MINUTES * busy) : Number(options.minutes);
}

function nameTheHanging(pid) {
  say(`the tests did not end within ${minutes()} minutes; these still ran:`);
  for (const member of membersOfGroup(pid)) say(`  ${member}`);
}

function readCounts(file) {
  return addUp(existsSync(file) ? readFileSync(file, "utf8") : "");
}

function report({ code }, { passed, failed: failedTests, skipped, emptyFiles, failures }) {
  // With --name, a file without a chosen test is no mistake.
  const empty = options.name === undefined ? emptyFiles : [];
  for (const file of empty) say(`${file} ran no test`);
  const failed = Math.max(failedTests + empty.length, code === 0 ? 0 : 1);
  if (passed + failed === 0) say("no test ran");
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
  if (options.counts) writeFileSync(options.counts, JSON.stringify({ passed, failed, skipped, failures }));
  process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`);
}
