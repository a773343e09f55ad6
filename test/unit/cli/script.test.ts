// The program's file, as `node` finds it.
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test, type TestContext } from "node:test";
import { findScript } from "#src/cli/script.js";
import { temporaryFolder } from "../../helpers/environment.js";

function folderWith(t: TestContext, ...names: string[]): string {
  const folder = temporaryFolder(t);
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), name.endsWith("package.json") ? '{"main":"lib/start"}' : "");
  }
  return folder;
}

const FOUND: [given: string, files: string[], found: string][] = [
  ["server.js", ["server.js"], "server.js"],
  ["server", ["server.js"], "server.js"],
  ["server", ["server", "server.js"], "server"],
  ["server.ts", ["server.ts"], "server.ts"],
  [".", ["index.js"], "index.js"],
  ["app", ["app/index.js"], "app/index.js"],
  ["app", ["app.js", "app/index.js"], "app.js"],
  ["app", ["app/package.json", "app/lib/start.js"], "app/lib/start.js"],
  ["app", ["app/package.json", "app/lib/start/index.js"], "app/lib/start/index.js"],
  ["app", ["app/package.json", "app/index.js"], "app/index.js"],
];

for (const [given, files, found] of FOUND) {
  test(`of ${files.join(", ")}, ${given} is ${found}`, (t) => {
    const folder = folderWith(t, ...files);
    assert.equal(findScript(given, folder), join(folder, found));
  });
}

test("a symbolic link keeps its name", (t) => {
  const folder = folderWith(t, "releases/1/server.js");
  symlinkSync("releases/1", join(folder, "current"));
  assert.equal(findScript("current/server.js", folder), join(folder, "current/server.js"));
});

const MISSING: [given: string, files: string[], message: RegExp][] = [
  ["server.js", [], /^there is no program server\.js in \/\S+$/],
  ["serer.js", ["server.js"], /^there is no program serer\.js in \S+; did you mean server\.js\?$/],
  ["relaod", [], /; did you mean reload\?$/],
  ["x", ["y"], /^there is no program x in \S+$/],
  ["nowhere/server.js", [], /there is no folder \S+nowhere$/],
  ["app", ["app/readme.md"], /app is a folder without a program: /],
];

for (const [given, files, message] of MISSING) {
  test(`${given} among ${files.join(", ") || "nothing"} is refused`, (t) => {
    const folder = folderWith(t, ...files);
    assert.throws(() => findScript(given, folder, ["run", "reload"]), { name: "CliError", exitCode: 2, message });
  });
}

test("a program that may not be read is refused", { skip: process.getuid?.() === 0 && "root may read all" }, (t) => {
  const folder = folderWith(t, "server.js");
  chmodSync(join(folder, "server.js"), 0);
  assert.throws(() => findScript("server.js", folder), { exitCode: 2, message: /^there is no permission to read/ });
});
