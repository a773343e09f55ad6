// What a run of the tests leaves behind: how much passed, and of each test that failed its file and its reason.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { temporaryFolder } from "../../helpers/environment.js";

const TOOLS = new URL("../../../../tools/", import.meta.url);
const REPORTER = fileURLToPath(new URL("count-reporter.mjs", TOOLS));
const SECTIONS = new URL("lib/sections.mjs", TOOLS).href;
const FAILING = `import { test } from "node:test";
test("passes", () => {});
test("fails", () => { throw new Error("first line\\nsecond line"); });`;

test("counts and failures of a run, and the summary that ends with them", (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "a.test.mjs"), FAILING);
  const written = node(folder, "--test", `--test-reporter=${REPORTER}`, "a.test.mjs");
  const script = `const { addUp } = await import(${JSON.stringify(pathToFileURL(REPORTER).href)});
    const { runSections } = await import(${JSON.stringify(SECTIONS)});
    const { passed, failed, failures } = addUp(${JSON.stringify(written)});
    await runSections([{ title: "tests", run: () => ({ passed, failed, failures }) }]);`;
  const lines = node(folder, "--input-type=module", "--eval", script).trimEnd().split("\n");
  assert.match(lines.at(-3) ?? "", /^FAILED tests +1 ok +1 failed/);
  assert.match(lines.at(-2) ?? "", /^ +a\.test\.mjs: fails: first line second line$/);
  assert.equal(lines.at(-1), "1 passed, 1 failed");
});

function node(cwd: string, ...args: string[]): string {
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
  return spawnSync(process.execPath, args, { cwd, env, encoding: "utf8" }).stdout;
}
