// docs/lifecycle.md says of a node's states what the master's own table says, and the tool that writes it notices more.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { transitions } from "#src/master/node-state.js";
import { temporaryFolder } from "../../helpers/environment.js";

const ROOT = new URL("../../../../", import.meta.url);
const SCRIPT = fileURLToPath(new URL("tools/lifecycle.mjs", ROOT));
const DOCUMENT = readFileSync(new URL("docs/lifecycle.md", ROOT), "utf8");

test("the document is what the tool makes", () => {
  const { status, stderr } = run("--check");
  assert.equal(stderr, "");
  assert.equal(status, 0);
});

test("it names every state, every event and every step", () => {
  for (const [state, events] of Object.entries(transitions)) {
    for (const [event, step] of Object.entries(events)) {
      assert.ok(DOCUMENT.includes(`| ${state} | ${event} | ${step.state} |`), `${state}, ${event}`);
      assert.match(DOCUMENT, new RegExp(`^ {2}${state} --> ${step.state}: .*\\b${event}\\b`, "m"));
      assert.match(DOCUMENT, new RegExp(`^\\| ${event} \\| \\w`, "m"), `what ${event} means`);
    }
  }
});

test("a document that says something else is found, and mended", (t) => {
  const file = copy(t, DOCUMENT.replace("spawning --> serving", "spawning --> exited"));
  const { status, stderr } = run("--check", file);
  assert.equal(status, 1);
  assert.match(stderr, /is out of date: run node tools\/lifecycle\.mjs\n$/);
  assert.equal(run(file).status, 0);
  assert.equal(readFileSync(file, "utf8"), DOCUMENT);
  assert.equal(run("--check", file).status, 0);
});

test("a document without the place for it is left alone", (t) => {
  const file = copy(t, "# The life of a node\n");
  const { status, stderr } = run(file);
  assert.equal(status, 1);
  assert.match(stderr, /lacks the lines/);
  assert.equal(readFileSync(file, "utf8"), "# The life of a node\n");
});

function copy(t: TestContext, text: string): string {
  const file = join(temporaryFolder(t), "lifecycle.md");
  writeFileSync(file, text);
  return file;
}

function run(...args: string[]): { status: number | null; stderr: string } {
  return spawnSync(process.execPath, [SCRIPT, ...args], { encoding: "utf8" });
}
