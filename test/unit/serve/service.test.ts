// All that a process serves, from the held socket to the end of its drain, with what the program does about it.
import assert from "node:assert/strict";
import { once } from "node:events";
import http, { type ServerResponse } from "node:http";
import net, { type AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { hold } from "#src/master/held-socket.js";
import { InheritedSockets } from "#src/master/inherited.js";
import { checkPortOptions } from "#src/port-options.js";
import type { Drain } from "#src/role.js";
import { Service } from "#src/serve/service.js";
import { within } from "../../helpers/deadline.js";
import { fakeNodes } from "../../helpers/fake-role.js";

/** There is nothing to prepare. */
const NOTHING = async (): Promise<void> => {};
const PORT = checkPortOptions({ port: 0, host: "127.0.0.1" });
const LONG = 60_000;

test("a served server answers, and at the end the program is told until when", async (t) => {
  const { service, server } = await serving(t);
  server.on("request", (_, response: ServerResponse) => response.end("served"));
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: "close" } });
  assert.equal(await answer.text(), "served");
  const before = Date.now();
  const told: Drain[] = [];
  await end(service, LONG, async (drain) => void told.push(drain));
  assert.equal(told.length, 1);
  assert.ok((told[0]?.deadline ?? 0) >= before + LONG);
  assert.equal(told[0]?.signal.aborted, false);
  assert.equal(server.listening, false);
});

test("what a closed server has served still counts, and nothing of ours stays on it", async (t) => {
  const { service, server } = await serving(t);
  const before = ["newListener", "connection", "session"].map((event) => http.createServer().listenerCount(event));
  server.on("request", (_, response: ServerResponse) => response.end("served"));
  const { port } = server.address() as AddressInfo;
  await (await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: "close" } })).text();
  assert.equal(service.counts().served, 1);
  const closed = once(server, "close");
  server.close();
  await closed;
  assert.equal(service.counts().served, 1);
  assert.deepEqual(
    ["newListener", "connection", "session"].map((event) => server.listenerCount(event)),
    before,
  );
});

test("a server that begins to listen after the end accepts nobody", async (t) => {
  const service = new Service();
  await end(service, LONG, async () => {});
  const server = http.createServer().listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  service.watch(server);
  await assert.rejects(fetch(`http://127.0.0.1:${port}/`));
});

test("the end waits for the program, which may need longer than its connections", async (t) => {
  const { service } = await serving(t);
  let finish: () => void = () => {};
  let ended = false;
  const done = (async () => {
    await end(service, LONG, () => new Promise((resolve) => (finish = resolve)));
    ended = true;
  })();
  await new Promise(setImmediate);
  assert.equal(ended, false);
  finish();
  await done;
});

test("at the deadline neither the program nor a connection is waited for, and the signal says so", async (t) => {
  const { service, server } = await serving(t);
  const client = net.connect((server.address() as AddressInfo).port, "127.0.0.1").on("error", () => {});
  t.after(() => client.destroy());
  await once(server, "connection");
  let signal: AbortSignal | undefined;
  const lines: string[] = [];
  const tell = (drain: Drain): Promise<void> => {
    signal = drain.signal;
    return new Promise(() => {});
  };
  await end(service, 1, tell, (line) => lines.push(line));
  assert.equal(signal?.aborted, true);
  assert.deepEqual(lines, ["1 connection was still open after the 1 ms that a node has to drain, and cut"]);
});

test("a program that fails in its drain cuts nothing that is in flight", async (t) => {
  const { service, server } = await serving(t);
  const asked = once(server, "request") as Promise<[unknown, ServerResponse]>;
  const answer = fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const [, response] = await asked;
  let ended = false;
  const over = (): void => {
    ended = true;
  };
  const { nodes, outlet } = fakeNodes("node-1", server);
  nodes.on("error", () => {}).on("drain", () => Promise.reject(new Error("no database")) as never);
  const done = end(service, LONG, (drain) => outlet.drain(drain)).then(over, over);
  await new Promise(setImmediate);
  assert.equal(ended, false, "a request is in flight");
  response.end("late but whole");
  assert.equal(await (await answer).text(), "late but whole");
  await done;
});

test("a service without servers ends when the program is done", async () => {
  await end(new Service(), LONG, async () => {});
});

test("a source that gives no server is an error, and nothing is served", async (t) => {
  const held = await hold("key", PORT, new InheritedSockets());
  t.after(() => held.close());
  const service = new Service();
  await assert.rejects(service.serve((() => 7) as never, held, PORT, NOTHING), { code: "MN_ERR_SERVER_TYPE" });
  await end(service, LONG, async () => {});
});

async function serving(t: TestContext): Promise<{ service: Service; server: http.Server }> {
  const service = new Service();
  const server = http.createServer();
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  await service.serve(() => server, await hold("key", PORT, new InheritedSockets()), PORT, NOTHING);
  return { service, server };
}

function end(
  service: Service,
  timeout: number,
  tell: (drain: Drain) => Promise<void>,
  log: (line: string) => void = assert.fail,
): Promise<void> {
  return within(service.end({ timeout, idle: null, log }, tell), "the service ends");
}
