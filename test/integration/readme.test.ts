// Every program in the README and in docs/balance.md runs as it stands there, but for the port.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Program } from "../helpers/program.js";

const HOSTED: string = fileURLToPath(new URL("../fixtures/knows-nothing.js", import.meta.url));

const programs = ["README.md", "docs/balance.md"].flatMap((document) => {
  const text = readFileSync(new URL(`../../../${document}`, import.meta.url), "utf8");
  return [...text.matchAll(/```js\n(.*?)```/gs)].map(([, code = ""]) => {
    const title = /### (.*)\n[^#]*$/.exec(text.slice(0, text.indexOf(code)))?.[1] ?? "How to use it";
    return { name: `${document}: ${title}`, code };
  });
});

test("the documents have programs", () => assert.ok(programs.length >= 8));

for (const { name, code } of programs) {
  test(`the program in ${name} serves and ends in order`, async (t) => {
    const isHosted = code.includes("run({");
    assert.match(code, isHosted ? /script: "server\.js"/ : /port: 8000/);
    const here = code
      .replace("port: 8000", 'port: 0, host: "127.0.0.1"')
      .replace('"server.js"', JSON.stringify(HOSTED))
      .replaceAll("console.log", "void");
    const program = Program.start(t, "from-readme.js", { env: { README_PROGRAM: here } });
    // The master and all nodes that run it too: each has run its program to the end.
    await program.count("ready", isHosted ? 1 : 1 + Number(/nodes: (\d)/.exec(code)?.[1]));
    await program.stop();
    assert.equal(program.stderr, "");
  });
}
