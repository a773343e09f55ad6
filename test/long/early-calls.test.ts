// Handlers that call other processes fail no request, however early it comes: the README's own program under load.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { freePort } from "../helpers/free-port.js";
import { runHosted } from "../helpers/hosted.js";
import { Program, type Told } from "../helpers/program.js";
import { Visitors } from "../helpers/visitors.js";

const FIXTURE: string = fileURLToPath(new URL("../fixtures/from-readme.js", import.meta.url));
const README = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
const listings = [...README.matchAll(/```js\n(.*?)```/gs)].map(([, code = ""]) => code);
const listing = listings.find((code) => code.includes('nodes.call("master", "count")'));

for (const options of [
  {},
  { masterListen: true, nodes: 3, balance: "least-connections" },
  { balance: "round-robin" },
]) {
  const name = JSON.stringify(options);
  test(`the README's program answers each request over its start, a reload and the death of a node, with ${name}`, async (t) => {
    const port = await freePort();
    const visitors = visit(t, port);
    const program = start(t, listingWith({ port, nodes: 2, ...options }));
    await program.first("ready", ({ id }) => id === "master");
    program.kill("SIGHUP");
    await program.count("exit", 2);
    assert.deepEqual(visitors.wrong, {});
    const killed = await program.first("ready", ({ id }) => id === "node-3");
    process.kill(killed.pid, "SIGKILL");
    await program.first("ready", ({ id }) => id === "node-5");
    await visitors.stop();
    const { ECONNRESET: lost = 0, ...wrong } = visitors.wrong;
    assert.deepEqual(wrong, {});
    assert.ok(lost <= 4, `${lost} requests are lost with the node that had them`);
    assert.ok(visitors.right > 0);
    await program.stop();
  });
}

test("the same holds at a second port", async (t) => {
  const [first, second] = [await freePort(), await freePort()];
  const visitors = visit(t, second);
  const text = listingWith({ port: first, nodes: 2 });
  const again = `nodes.listen({ port: ${second}, host: "127.0.0.1" }, createServer(server.listeners("request")[0]));`;
  const program = start(t, `${text}\n${again}`);
  await program.first("ready", ({ id }) => id === "master");
  await visitors.stop();
  assert.deepEqual(visitors.wrong, {});
  await program.stop();
});

test("the same holds in a node of an unmodified program that calls listen(), also for a server of its own", async (t) => {
  const [first, second] = [await freePort(), await freePort()];
  const visitors = [first, second].map((port) => visit(t, port));
  const asked = listingWith({ port: first }).replaceAll(
    'nodes.call("master", "count")',
    'nodes.call("any", "square", 7)',
  );
  const text = asked.replace(
    "const nodes =",
    `createServer(server.listeners("request")[0]).listen(${second}, "127.0.0.1");\nconst nodes =`,
  );
  const program = runHosted(t, FIXTURE, { env: { README_PROGRAM: quiet(text) } });
  await program.first("ready", ({ id }) => id === "master");
  program.kill("SIGHUP");
  await program.count("exit", 2);
  for (const each of visitors) {
    await each.stop();
    assert.deepEqual(each.wrong, {});
  }
  await program.stop();
});

const SLOW = `
import { createServer } from "node:http";
import { listen } from "multi-node";
import { setTimeout as wait } from "node:timers/promises";

const answer = ({ url }, response) =>
  nodes.call("master", url === "/" ? "late" : url.slice(1)).then(
    (value) => response.end(value),
    ({ code }) => response.writeHead(500).end(code),
  );
const nodes = listen({ port: PORT, host: "127.0.0.1", nodes: 1 }, createServer(answer));
if (nodes.isMaster) {
  await wait(300);
  nodes.handle("late", () => "handled");
}
`;

test("a handler that is registered after an await is waited for, and a misspelt name fails once all have started", async (t) => {
  const port = await freePort();
  const visitors = visit(t, port);
  const program = start(t, SLOW.replace("PORT", String(port)));
  await program.first("ready", ({ id }) => id === "master");
  await visitors.stop();
  assert.deepEqual(visitors.wrong, {});
  const early = await fetch(`http://127.0.0.1:${port}/misspelt`);
  assert.deepEqual([early.status, await early.text()], [500, "MN_ERR_NO_HANDLER"]);
  const before = performance.now();
  await (await fetch(`http://127.0.0.1:${port}/misspelt`)).text();
  assert.ok(performance.now() - before < 1_000, "it waits no more");
  await program.stop();
});

test("a process that hangs holds up no other for long", async (t) => {
  const port = await freePort();
  const text = `
    import { createServer } from "node:http";
    import { listen } from "multi-node";
    const nodes = listen({ port: ${port}, host: "127.0.0.1", nodes: 1, hangTimeout: 0 }, createServer((_, response) => response.end()));
  `;
  const program = start(t, text);
  const hung: Told = await program.first("ready", ({ id }) => id === "node-1");
  await program.first("ready", ({ id }) => id === "master");
  process.kill(hung.pid, "SIGSTOP");
  program.kill("SIGTTIN");
  const next = await program.first("listening", ({ id }) => id === "node-2");
  assert.ok(next);
  process.kill(hung.pid, "SIGCONT");
  await program.stop();
});

function listingWith(options: Record<string, unknown>): string {
  assert.ok(listing);
  const said = JSON.stringify({ host: "127.0.0.1", ...options });
  return listing.replace("{ port: 8000, nodes: 4 }", said);
}

function start(t: TestContext, text: string): Program {
  return Program.start(t, FIXTURE, { env: { README_PROGRAM: quiet(text) } });
}

function quiet(text: string): string {
  return text.replaceAll("console.log", "void");
}

function visit(t: TestContext, port: number): Visitors {
  const visitors = new Visitors(port);
  t.after(() => visitors.stop());
  return visitors;
}
