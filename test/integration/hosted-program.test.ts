// A program that knows nothing of this package runs as itself, whatever it is written in, and finds no trace of a wrapper.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { temporaryFolder } from "../helpers/environment.js";
import { allServe, runHosted } from "../helpers/hosted.js";
import { get, portOf } from "../helpers/http.js";
import type { Program, Told } from "../helpers/program.js";

const ARGS = ["--flag", "with space", "-n"];

test("an ES module finds its own arguments, options of Node and environment", async (t) => {
  const program = runHosted(t, "facts.js", { args: ARGS });
  for (const facts of await program.count("facts", 2)) assertClean(facts, "/facts.js");
  await endsSilently(program);
});

test("a CommonJS program is the main module", async (t) => {
  const program = runHosted(t, "facts-cjs.cjs", { args: ARGS });
  for (const facts of await program.count("facts", 2)) {
    assertClean(facts, "/facts-cjs.cjs");
    assert.equal(facts["isMain"], true);
  }
  await endsSilently(program);
});

const { typescript = false } = process.features as { typescript?: string | false };

test("a program in TypeScript runs where Node can", { skip: typescript === false }, async (t) => {
  const script = write(t, "server.ts", "const port: number = 0;\n");
  await serves(t, script, {});
});

test("a program in another language runs where a loader in NODE_OPTIONS can", async (t) => {
  const script = write(t, "server.mine", "LET port = 0;\n");
  const hooks = `
    import { readFileSync } from "node:fs";
    export async function load(url, context, next) {
      if (!url.endsWith(".mine")) return next(url, context);
      const source = readFileSync(new URL(url), "utf8").replaceAll("LET", "const");
      return { format: "module", source, shortCircuit: true };
    }`;
  const register = `import { register } from "node:module";\nregister("./hooks.mjs", import.meta.url);\n`;
  writeFileSync(join(script, "../hooks.mjs"), hooks);
  writeFileSync(join(script, "../register.mjs"), register);
  const warnings = "--disable-warning=DEP0205";
  await serves(t, script, { NODE_OPTIONS: `${warnings} --import ${join(script, "../register.mjs")}` });
});

test("what a program forks and its worker threads are no nodes, and listen as ever", async (t) => {
  const program = runHosted(t, "has-children.js");
  const main = await program.count("main", 2);
  const children = await program.count("child", 4);
  const ports = new Set([...main, ...children].map((told) => portOf(told)));
  assert.equal(ports.size, 5, "the nodes share one, the others have their own");
  for (const child of children) {
    assert.deepEqual([child["isWorker"], child["execArgv"]], [false, []], String(child["kind"]));
    assert.equal((await get(portOf(child))).body, child["kind"]);
  }
  await allServe(program);
  assert.deepEqual((await get(portOf(main[0] as Told))).status, 200);
  await endsSilently(program);
});

function assertClean({ argv, execArgv, env }: Told, script: string): void {
  const [node, file, ...args] = argv as string[];
  assert.deepEqual([node, args, execArgv, env], [process.execPath, ARGS, [], ["MULTI_NODE_SLOT"]]);
  assert.ok(file?.endsWith(script), file);
}

async function endsSilently(program: Program): Promise<void> {
  await allServe(program);
  await program.stop();
  assert.equal(program.stderr, "");
}

/** Both nodes serve, with a program that serves as the rest of the file's name is in words. */
async function serves(t: TestContext, script: string, env: Record<string, string>): Promise<void> {
  const program = runHosted(t, script, { env });
  const told = await allServe(program);
  assert.equal((await get(portOf(told))).body, "served");
  await endsSilently(program);
}

function write(t: TestContext, name: string, first: string): string {
  const folder = join(temporaryFolder(t), "program");
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  const serve = `createServer((_, response) => response.end("served")).listen(port, "127.0.0.1");\n`;
  writeFileSync(join(folder, name), `import { createServer } from "node:http";\n${first}${serve}`);
  return join(folder, name);
}
