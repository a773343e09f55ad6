// The demo does what its page says: four nodes, one chat, and it heals.
import assert from "node:assert/strict";
import { Agent, request as httpRequest } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { eventually, within } from "../../helpers/deadline.js";
import { type Answer, get } from "../../helpers/http.js";
import { Program } from "../../helpers/program.js";
import { EventStream } from "../../helpers/sse.js";

const SERVER = fileURLToPath(new URL("../../../../examples/chat/server.js", import.meta.url));

interface Process {
  id: string;
  pid: number;
  isMaster: boolean;
  names: string[];
}

interface Message {
  node: string;
  name: string;
  text: string;
}

interface Hello {
  id: string;
  name: string;
}

async function start(t: TestContext): Promise<{ program: Program; port: number }> {
  const program = Program.start(t, SERVER, { env: { PORT: "0", HOST: undefined } });
  const { text } = await program.first("line", (line) => String(line["text"]).includes("http://"));
  return { program, port: Number(/http:\/\/127\.0\.0\.1:(\d+)\//.exec(String(text))?.[1]) };
}

function post(
  port: number,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
  agent?: Agent,
): Promise<Answer> {
  const bytes = typeof body === "string" ? body : JSON.stringify(body);
  const answer = new Promise<Answer>((resolve, reject) => {
    const options = { host: "127.0.0.1", port, path, method: "POST", agent: agent ?? false };
    httpRequest({ ...options, headers: { "content-length": String(Buffer.byteLength(bytes)), ...headers } })
      .on("error", reject)
      .on("response", async (response) => {
        let text = "";
        for await (const chunk of response.setEncoding("utf8")) text += chunk;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      })
      .end(bytes);
  });
  return within(answer, `POST ${path} is answered`);
}

/** Says it, and checks that a node took it. */
async function say(
  port: number,
  text: string,
  more: { key?: string; cookie?: string; agent?: Agent } = {},
): Promise<void> {
  const { key, cookie, agent } = more;
  const { status } = await post(port, "/messages", { text, key }, cookie === undefined ? {} : { cookie }, agent);
  assert.equal(status, 204);
}

/** Streams that hang on so many different nodes, by node. */
async function streamsApart(
  t: TestContext,
  port: number,
  wanted: number,
  headers: Record<string, string> = {},
): Promise<Map<string, EventStream>> {
  const streams = new Map<string, EventStream>();
  const attach = async (): Promise<boolean> => {
    const stream = EventStream.open(t, port, headers);
    const { id } = await stream.first<Hello>("hello");
    if (streams.has(id)) stream.close();
    else streams.set(id, stream);
    return streams.size >= wanted;
  };
  await eventually(attach, () => `streams hang on ${wanted} nodes: ${[...streams.keys()].join(" ")}`);
  return streams;
}

function textsOf(stream: EventStream): string[] {
  return stream.all<Message>("message").map(({ text }) => text);
}

function isComplete(processes: Process[]): boolean {
  return processes.filter(({ isMaster }) => !isMaster).length === 4 && processes.some(({ isMaster }) => isMaster);
}

test("the page says which node answered, and 200 fresh connections are answered by at least two", async (t) => {
  const { program, port } = await start(t);
  const page = await get(port);
  assert.equal(page.status, 200);
  assert.match(page.body, /data-node="node-\d+">node-\d+<\/b> \(process \d+\)/);
  for (const [, address = ""] of page.body.matchAll(/(?:href|src)="([\w.]+)"/g)) {
    assert.equal((await get(port, `/${address}`)).status, 200, address);
  }
  const pids = new Set<number>();
  for (let sent = 0; sent < 200; sent++) pids.add(JSON.parse((await get(port, "/whoami")).body).pid);
  assert.ok(pids.size >= 2, `${pids.size} pids`);
  assert.ok([...pids].every((pid) => program.processes.includes(pid) && pid !== program.pid));
});

test("what is said at one node comes at every other, once and in order", async (t) => {
  const { port } = await start(t);
  const streams = [...(await streamsApart(t, port, 3)).values()];
  // One connection, so one node.
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const texts = Array.from({ length: 50 }, (_, index) => `message ${index}`);
  for (const text of texts) await say(port, text, { agent });
  for (const stream of streams) {
    const messages = await stream.count<Message>("message", texts.length);
    assert.deepEqual(
      messages.map(({ text }) => text),
      texts,
    );
    assert.equal(new Set(messages.map(({ node }) => node)).size, 1);
  }
});

test("a message that is sent twice, because nobody answered, comes once", async (t) => {
  const { port } = await start(t);
  const streams = [...(await streamsApart(t, port, 2)).values()];
  await say(port, "twice", { key: "abc" });
  for (const stream of streams) await stream.count("message", 1);
  await say(port, "twice", { key: "abc" });
  await say(port, "last");
  for (const stream of streams) {
    await stream.count("message", 2);
    assert.deepEqual(textsOf(stream), ["twice", "last"]);
  }
});

test("a name is kept whichever node is asked, and every node knows who is there", async (t) => {
  const { port } = await start(t);
  const first = await get(port);
  assert.match(String(first.headers["set-cookie"]), /^chat-name=\w+%20\w+; /);
  const renamed = await post(port, "/name", { name: " Zoë; 1 " });
  assert.equal(renamed.status, 204);
  const cookie = String(renamed.headers["set-cookie"]).split(";")[0] ?? "";
  const others = [...(await streamsApart(t, port, 2)).values()];
  const own = EventStream.open(t, port, { cookie });
  assert.equal((await own.first<Hello>("hello")).name, "Zoë; 1");
  await say(port, "my name is in it", { cookie });
  for (const stream of others) {
    assert.equal((await stream.first<Message>("message")).name, "Zoë; 1");
    await stream.first<Process[]>("processes", (processes) => processes.some(({ names }) => names.includes("Zoë; 1")));
  }
});

test("a browser that comes back gets just what it missed, whichever node it finds", async (t) => {
  const { port } = await start(t);
  const [reader] = [...(await streamsApart(t, port, 1)).values()];
  assert.ok(reader);
  await say(port, "read");
  await reader.count("message", 1);
  const { id } = reader.events.find(({ event }) => event === "message") ?? {};
  reader.close();
  await say(port, "missed");

  const back = [...(await streamsApart(t, port, 3, { "last-event-id": String(id) })).values()];
  const asked = EventStream.open(t, port, {}, `/events?after=${encodeURIComponent(String(id))}`);
  await asked.first("hello");
  await say(port, "new");
  for (const stream of [...back, asked]) {
    await stream.first<Message>("message", ({ text }) => text === "new");
    assert.deepEqual(textsOf(stream), ["missed", "new"]);
  }
});

test("a killed node is replaced, the list shows it, and messages go on", async (t) => {
  const { program, port } = await start(t);
  const streams = await streamsApart(t, port, 2);
  const [[, watching], [victim, lost]] = [...streams] as [[string, EventStream], [string, EventStream]];
  const before = await watching.first<Process[]>("processes", isComplete);
  await say(port, "before");
  await watching.count("message", 1);

  assert.equal((await post(port, "/kill", { id: victim })).status, 202);
  assert.equal(await within(lost.over, "its stream ends"), false);
  await watching.first<Process[]>("processes", (processes) => !processes.some(({ id }) => id === victim));
  const after = await watching.first<Process[]>(
    "processes",
    (processes) => isComplete(processes) && !processes.some(({ id }) => id === victim),
  );
  const pid = before.find(({ id }) => id === victim)?.pid;
  assert.ok(!program.processes.includes(Number(pid)));
  await say(port, "after");
  await watching.count("message", 2);
  assert.deepEqual(textsOf(watching), ["before", "after"]);

  const newcomer = after.find(({ id }) => !before.some((known) => known.id === id));
  const all = await streamsApart(t, port, 4);
  const late = all.get(newcomer?.id ?? "");
  assert.ok(late, "the new node serves");
  await late.count("message", 2);
  assert.deepEqual(textsOf(late), ["before", "after"]);
});

test("Ctrl-C ends it at once, event streams and all, and leaves nothing", async (t) => {
  const { program, port } = await start(t);
  const stream = EventStream.open(t, port);
  await stream.first("hello");
  program.kill("SIGINT");
  assert.equal(await within(stream.over, "the stream ends"), true, "the stream was cut");
  assert.deepEqual(await program.ended(), { code: 0, signal: null }, program.stderr);
  await program.leavesNothing();
});

test("what is wrong is refused", async (t) => {
  const { program, port } = await start(t);
  const refusals: [wanted: number, path: string, body: unknown, headers?: Record<string, string>][] = [
    [404, "/nothing", {}],
    [404, "/../server.js", {}],
    [405, "/", {}],
    [405, "/events", {}],
    [400, "/messages", "{"],
    [400, "/messages", "null"],
    [400, "/messages", {}],
    [400, "/messages", { text: " \n\u0007" }],
    [400, "/messages", { text: "x".repeat(501) }],
    [400, "/messages", { text: "x", key: 1 }],
    [400, "/name", { name: "x".repeat(25) }],
    [400, "/name", { name: ["x"] }],
    [413, "/messages", { text: "x".repeat(5_000) }],
    [403, "/messages", { text: "x" }, { origin: "http://elsewhere.example" }],
    [403, "/messages", { text: "x" }, { origin: "null" }],
    [403, "/kill", { id: "node-1" }, { "sec-fetch-site": "cross-site" }],
    [403, "/kill", { id: "master" }],
    [404, "/kill", { id: "node-99" }],
    [404, "/kill", { id: program.pid }],
  ];
  for (const [wanted, path, body, headers] of refusals) {
    const { status } = await post(port, path, body, headers);
    assert.equal(status, wanted, `POST ${path} ${JSON.stringify(body).slice(0, 60)}`);
  }
  assert.equal((await get(port, "/messages")).status, 405);
  assert.equal((await get(port, "/messages")).headers["allow"], "POST");
  assert.equal(program.stderr, "");
});

test("a bad PORT and a port in use are one sentence each", async (t) => {
  const bad = Program.start(t, SERVER, { env: { PORT: "eight" } });
  assert.deepEqual(await bad.ended(), { code: 1, signal: null });
  assert.equal(bad.stderr, "chat: option port: an integer from 0 to 65535 is taken, got 'eight'\n");

  const taken = createServer();
  t.after(() => void taken.close());
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const { port } = taken.address() as AddressInfo;
  const late = Program.start(t, SERVER, { env: { PORT: String(port), HOST: undefined } });
  assert.deepEqual(await late.ended(), { code: 1, signal: null });
  assert.match(late.stderr, /^chat: port \d+ of 127\.0\.0\.1 is in use [^\n]+\n$/);
});
