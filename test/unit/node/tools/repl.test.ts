// The REPL in a process: one client, its errors, its names on the global object, and that all of it goes again.
import assert from "node:assert/strict";
import { existsSync, statSync } from "node:fs";
import { connect } from "node:net";
import { EventEmitter, once } from "node:events";
import { type TestContext, test } from "node:test";
import type { ToolHost } from "#src/node/tools/host.js";
import { eventually } from "../../../helpers/deadline.js";
import { nextReplAt, ReplClient, replAt, toolHost } from "../../../helpers/tool-host.js";

const TYPED = '{"terminal":true,"columns":120}';
const PIPED = '{"terminal":false}';

test("waits at a socket of this user alone, for one client", async (t) => {
  const host = toolHost(t);
  const path = await nextReplAt(host);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const client = await ReplClient.connect(t, path, TYPED);
  await client.see(/node-1> $/);
  assert.ok(!existsSync(path));
  await client.say("process.pid", new RegExp(`^${process.pid}\\r?\\n`, "m"));
  await client.end(".exit\n");
});

test("has the program's own require and nodes, and its global object", async (t) => {
  Object.assign(globalThis, { answer: 42 });
  t.after(() => Reflect.deleteProperty(globalThis, "answer"));
  const client = await open(t, { nodes: { id: "node-1" } });
  const text = await client.end('answer\nnodes.id\nrequire("node:os").EOL\n[] instanceof Array\n');
  assert.equal(text, "42\n'node-1'\n'\\n'\ntrue\n");
});

test("its end takes back what it put on the global object, and leaves the program's own as it was", async (t) => {
  const own = { events: "the program's own" };
  Object.assign(globalThis, own);
  t.after(() => Reflect.deleteProperty(globalThis, "events"));
  const before = Object.getOwnPropertyNames(globalThis).sort();
  const client = await open(t, { nodes: {} });
  const text = await client.end("events\ntypeof fs.readFileSync\n_\nvar kept = 1\n");
  assert.match(text, /^'the program\\'s own'|"the program's own"\n'function'\n'function'\n/);
  const after = Object.getOwnPropertyNames(globalThis).filter((name) => name !== "kept");
  assert.deepEqual(after.sort(), before);
  assert.equal((globalThis as unknown as typeof own).events, own.events);
});

test("errors of what is typed are shown, also late ones, and end nothing", async (t) => {
  const client = await open(t, {}, TYPED);
  await client.say('throw new Error("now")', /Uncaught Error: now/);
  await client.say('setImmediate(() => { throw new Error("late") }); 0', /Uncaught Error: late/);
  await client.say("1 +* 1", /Uncaught SyntaxError/);
  await client.say("await Promise.resolve(6) * 7", /^42\r?\n/m);
  client.socket.end(".exit\n");
  await client.ended;
});

test("what waits for an answer when the client has said all is still answered", async (t) => {
  const client = await open(t);
  const text = await client.end('await new Promise((resolve) => setTimeout(resolve, 20, "late"))\n');
  assert.equal(text, "'late'\n");
});

test("a client that goes away leaves nothing, and the next one is let in", async (t) => {
  const host = toolHost(t);
  const first = await ReplClient.connect(t, await nextReplAt(host), TYPED);
  await first.see(/> $/);
  first.socket.destroy();
  const next = await ReplClient.connect(t, await nextReplAt(host), TYPED);
  await next.see(/> $/);
  await next.end(".exit\n");
});

test("a second one is refused while the first is there", async (t) => {
  const host = toolHost(t);
  const path = await nextReplAt(host);
  await assert.rejects(replAt(host), /somebody has a REPL open here/);
  const client = await ReplClient.connect(t, path, PIPED);
  await assert.rejects(replAt(host), /somebody has a REPL open here/);
  await client.end();
  const next = await ReplClient.connect(t, await nextReplAt(host), PIPED);
  assert.equal(await next.end("2 + 2\n"), "4\n");
});

test("who only knocks is no client; who says too much or too little at first is none either", async (t) => {
  const host = toolHost(t);
  const path = await nextReplAt(host);
  const knock = connect(path);
  await once(knock, "connect");
  knock.destroy();
  const long = connect(path);
  long.write("x".repeat(2_000));
  await once(long, "close");
  const short = connect(path);
  short.end('{"terminal":true');
  await once(short, "close");
  const client = await ReplClient.connect(t, path, PIPED);
  assert.equal(await client.end("1 + 1\n"), "2\n");
});

test("those that wait beside the client are sent away", async (t) => {
  const host = toolHost(t);
  const path = await nextReplAt(host);
  const other = connect(path);
  await once(other, "connect");
  const client = await ReplClient.connect(t, path, "");
  await once(other, "close");
  await client.see(/node-1> $/);
  await client.end(".exit\n");
});

test("nobody comes: the socket goes, and another may be asked for", async (t) => {
  const host = toolHost(t);
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const path = await nextReplAt(host);
  t.mock.timers.tick(10_000);
  t.mock.timers.reset();
  await eventually(() => !existsSync(path), "the socket goes");
  const client = await ReplClient.connect(t, await nextReplAt(host), PIPED);
  assert.equal(await client.end("3 + 3\n"), "6\n");
});

test("the methods of domains are gone when it ends, and the next one works as the first", async (t) => {
  const host = toolHost(t);
  const emitNow = (): unknown => Object.getOwnPropertyDescriptor(EventEmitter.prototype, "emit")?.value;
  const before = emitNow();
  for (let round = 0; round < 2; round++) {
    const client = await ReplClient.connect(t, await nextReplAt(host), TYPED);
    await client.say('setImmediate(() => { throw new Error("late") }); 0', /Uncaught Error: late/);
    await client.end(".exit\n");
    await eventually(() => emitNow() === before, "the method is the program's again");
  }
});

async function open(t: TestContext, own: Partial<ToolHost> = {}, hello: string = PIPED): Promise<ReplClient> {
  return ReplClient.connect(t, await nextReplAt(toolHost(t, own)), hello);
}
