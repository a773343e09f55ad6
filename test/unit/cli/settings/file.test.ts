// Where the configuration file is looked for, and what is said of one that cannot be loaded.
import assert from "node:assert/strict";
import { chownSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test, type TestContext } from "node:test";
import { findConfiguration } from "#src/cli/settings/file.js";
import { temporaryFolder } from "../../../helpers/environment.js";

/** A folder with these files. */
function folderWith(t: TestContext, files: Record<string, string>): string {
  const folder = temporaryFolder(t);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const FOUND: [what: string, files: Record<string, string>, from: string, found: string | undefined][] = [
  ["nothing", { "package.json": "{}" }, ".", undefined],
  ["a JSON file", { "multi-node.config.json": '{"name":"here"}', "package.json": "{}" }, ".", "here"],
  ["a module", { "multi-node.config.mjs": 'export default { name: "here" }', "package.json": "{}" }, ".", "here"],
  ["CommonJS", { "multi-node.config.cjs": 'module.exports = { name: "here" }', "package.json": "{}" }, ".", "here"],
  ["the key of package.json", { "package.json": '{"multi-node":{"name":"key"}}' }, ".", "key"],
  [
    "the file before the key",
    { "multi-node.config.json": '{"name":"file"}', "package.json": '{"multi-node":{"name":"key"}}' },
    ".",
    "file",
  ],
  [
    "JSON before a module",
    { "multi-node.config.json": '{"name":"json"}', "multi-node.config.js": "export default 1" },
    ".",
    "json",
  ],
  ["one above", { "multi-node.config.json": '{"name":"above"}', "a/b/x.js": "" }, "a/b", "above"],
  [
    "none above a package.json",
    { "multi-node.config.json": '{"name":"above"}', "a/package.json": "{}", "a/b/x.js": "" },
    "a/b",
    undefined,
  ],
  ["the key of the package around", { "package.json": '{"multi-node":{"name":"key"}}', "a/x.js": "" }, "a", "key"],
];

for (const [what, files, from, found] of FOUND) {
  test(`finds ${what}`, async (t) => {
    const folder = folderWith(t, files);
    const configuration = await findConfiguration(undefined, join(folder, from));
    assert.equal((configuration?.content as { name?: string } | undefined)?.name, found);
  });
}

const STRANGER = 65_534;

test("what a stranger has put above this folder is refused", {
  skip: process.getuid?.() !== 0 && "only root can give files away",
}, async (t) => {
  const files = { "multi-node.config.json": '{"script":"evil.js"}', "package.json": '{"multi-node":{"name":"evil"}}' };
  const folder = folderWith(t, { ...files, "a/x.js": "", "b/package.json": "{}" });
  const here = join(folder, "a");
  for (const name of Object.keys(files)) chownSync(join(folder, name), STRANGER, STRANGER);
  const why = { exitCode: 2, message: /multi-node\.config\.json belongs to the user with the id 65534, .*--config$/ };
  await assert.rejects(findConfiguration(undefined, here), why);
  assert.ok(await findConfiguration("../multi-node.config.json", here), "one that is named");
  rmSync(join(folder, "multi-node.config.json"));
  await assert.rejects(findConfiguration(undefined, here), { exitCode: 2, message: /package\.json belongs to/ });
  chownSync(here, STRANGER, STRANGER);
  assert.ok(await findConfiguration(undefined, here), "the folder is that user's too");
  chownSync(join(folder, "b/package.json"), STRANGER, STRANGER);
  assert.equal(await findConfiguration(undefined, join(folder, "b")), undefined, "one that says nothing");
});

test("one that is named is taken from anywhere", async (t) => {
  const folder = folderWith(t, { "other.json": '{"name":"named"}', "multi-node.config.json": "{}" });
  assert.deepEqual(await findConfiguration("other.json", folder), {
    path: join(folder, "other.json"),
    content: { name: "named" },
  });
});

const BAD: [what: string, name: string, text: string | undefined, message: RegExp][] = [
  ["is not there", "missing.json", undefined, /^there is no configuration file .*missing\.json$/],
  ["is no JSON", "bad.json", "{", /bad\.json cannot be read: .*JSON/],
  ["throws", "throws.mjs", 'throw new Error("no luck")', /throws\.mjs cannot be loaded: Error: no luck$/],
  ["has a syntax error", "wrong.mjs", "export default {", /wrong\.mjs cannot be loaded: SyntaxError: /],
  [
    "has an ending of its own",
    "c.yaml",
    "nodes: 2",
    /c\.yaml cannot be loaded: JSON, JavaScript and TypeScript are taken$/,
  ],
  ["exports nothing", "empty.mjs", "", /empty\.mjs has no default export/],
];

for (const [what, name, text, message] of BAD) {
  test(`a file that ${what} is refused`, async (t) => {
    const folder = folderWith(t, text === undefined ? {} : { [name]: text });
    await assert.rejects(findConfiguration(name, folder), { name: "CliError", exitCode: 2, message });
  });
}

test("TypeScript is read where Node reads it, and refused with advice elsewhere", async (t) => {
  const folder = folderWith(t, { "multi-node.config.ts": 'const name: string = "typed";\nexport default { name };' });
  const found = findConfiguration(undefined, folder);
  if ((process.features as { typescript?: unknown }).typescript)
    assert.deepEqual((await found)?.content, { name: "typed" });
  else await assert.rejects(found, { exitCode: 2, message: /does not read TypeScript; take Node 22\.18 or later/ });
});
