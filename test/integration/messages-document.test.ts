// Every program piece in docs/messages.md runs as it stands there, behind a listen().
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Program } from "../helpers/program.js";

const document = readFileSync(new URL("../../../docs/messages.md", import.meta.url), "utf8");
const pieces = [...document.matchAll(/```js\n(.*?)```/gs)].map(([, code = ""]) => code);
const START = `
import { createServer } from "node:http";
import { listen } from "multi-node";
const server = createServer((request, response) => response.end());
const nodes = listen({ port: 0, host: "127.0.0.1", nodes: 2 }, server);
`;

test("the document has pieces", () => assert.ok(pieces.length >= 8));

for (const [index, code] of pieces.entries()) {
  test(`piece ${index + 1} (${code.split("\n", 1)[0]}) runs to its end and ends in order`, async (t) => {
    const whole = `${START}${code.replaceAll("console.log", "void")}`;
    const program = Program.start(t, "from-readme.js", { env: { README_PROGRAM: whole } });
    await program.count("ready", 3);
    await program.stop();
    assert.equal(program.stderr, "");
  });
}
