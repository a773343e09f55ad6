// Every program in the README runs as it stands there, but for the port.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Program } from "../helpers/program.js";

const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
const snippets = [...readme.matchAll(/```js\n(.*?)```/gs)].map(([, code = ""]) => code);

test("the README has programs", () => assert.ok(snippets.length >= 4));

for (const [index, code] of snippets.entries()) {
  const title = /### (.*)\n[^#]*$/.exec(readme.slice(0, readme.indexOf(code)))?.[1] ?? "How to use it";
  test(`README program ${index + 1} (${title}) serves and ends in order`, async (t) => {
    assert.match(code, /port: 8000/);
    const here = code.replace("port: 8000", 'port: 0, host: "127.0.0.1"').replaceAll("console.log", "void");
    const program = Program.start(t, "from-readme.js", { env: { README_PROGRAM: here } });
    // The master and all nodes: each has run its program to the end.
    await program.count("ready", 1 + Number(/nodes: (\d)/.exec(code)?.[1]));
    await program.stop();
    assert.equal(program.stderr, "");
  });
}
