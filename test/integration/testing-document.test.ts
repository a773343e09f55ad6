// The files of docs/testing.md pass as tests, leave no process, and a test file is not run by nodes.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Program } from "../helpers/program.js";

const text = readFileSync(new URL("../../../docs/testing.md", import.meta.url), "utf8");
const files = [...text.matchAll(/```js\n\/\/ (\S+)\n(.*?)```/gs)].map(([, name = "", code = ""]) => ({ name, code }));
const tests = files.filter(({ name }) => name.includes(".test."));

test("the document has tests", () => assert.ok(tests.length >= 3));

for (const { name } of tests) {
  test(`${name} passes and leaves nothing`, async (t) => {
    const program = run(t, folder(t), name);
    assert.deepEqual(await program.ended(), { code: 0, signal: null }, program.stderr);
    await program.leavesNothing();
  });
}

const WRONG = `
import { test } from "node:test";
import { createServer } from "node:http";
import { listen } from "multi-node";
test("serves", () => void listen({ port: 0, nodes: 2 }, createServer()));
`;

test("listen() in a test file says what to do, and starts nothing", async (t) => {
  const place = folder(t);
  writeFileSync(join(place, "wrong.test.js"), WRONG);
  const program = run(t, place, "wrong.test.js");
  assert.deepEqual(await program.ended(), { code: 1, signal: null });
  const said = program
    .all("line")
    .map((line) => line["text"])
    .join("\n");
  assert.match(said, /MN_ERR_TEST_FILE/);
  assert.match(said, /nodes: 1, masterListen: true.*option script/);
  await program.leavesNothing();
});

/** A folder with the document's files, inside the package, so that they find multi-node by its name. */
function folder(t: TestContext): string {
  const made = mkdtempSync(fileURLToPath(new URL("../testing-", import.meta.url)));
  t.after(() => rmSync(made, { recursive: true }));
  for (const { name, code } of files) writeFileSync(join(made, name), code);
  return made;
}

/** As it would be run by hand, and not by the runner of this test. */
function run(t: TestContext, place: string, name: string): Program {
  return Program.start(t, join(place, name), { env: { NODE_TEST_CONTEXT: undefined } });
}
