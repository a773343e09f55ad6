// The node's side of a hand-over: taken where a server listens, refused otherwise, and ends told together.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { type TestContext, test } from "node:test";
import { Intake } from "#src/node/intake.js";
import type { ToMaster } from "#src/protocol.js";
import { adopt } from "#src/serve/server.js";
import { eventually } from "../../helpers/deadline.js";
import { FakeClient, LOCAL } from "../../helpers/fake-handles.js";
import { clientOf } from "../../helpers/socket-handles.js";

const KEY = "tcp:*:80";

test("a connection is refused and let go of before a server listens, and after", async (t) => {
  const { intake, sent } = make();
  const take = (number: number): FakeClient => {
    const client = new FakeClient();
    intake.take({ number, key: KEY }, client);
    return client;
  };
  const clients = [take(1)];
  const socket = intake.socket(KEY, LOCAL);
  clients.push(take(2));
  const server = createServer();
  t.after(() => server.close());
  await adopt(server, socket, 511);
  server.close();
  clients.push(take(3));
  assert.deepEqual(
    sent,
    [1, 2, 3].map((number) => ({ type: "refused", number })),
  );
  assert.deepEqual(
    clients.map(({ closed }) => closed),
    [1, 1, 1],
  );
});

test("a connection without a handle is refused", () => {
  const { intake, sent } = make();
  intake.socket(KEY, LOCAL);
  intake.take({ number: 9, key: KEY }, undefined);
  assert.deepEqual(sent, [{ type: "refused", number: 9 }]);
});

test("what was sent last and is missing is refused, and closed should it still come", () => {
  const { intake, sent } = make();
  intake.socket(KEY, LOCAL).onconnection = () => {};
  intake.take({ number: 1, key: KEY }, new FakeClient());
  intake.miss(1);
  intake.miss(2);
  const late = new FakeClient();
  intake.take({ number: 2, key: KEY }, late);
  assert.equal(late.closed, 1);
  assert.deepEqual(sent, [
    { type: "taken", number: 1 },
    { type: "refused", number: 2 },
  ]);
});

test("only sockets whose connections are handed over are told of as open", async () => {
  const { intake, sent } = make();
  await intake.prepare(KEY);
  intake.open(KEY);
  intake.socket(KEY, LOCAL);
  const prepared = intake.prepare(KEY);
  intake.onOpened(KEY);
  await prepared;
  intake.open(KEY);
  assert.deepEqual(
    sent,
    ["accept", "open"].map((type) => ({ type, key: KEY })),
  );
});

test("a server listens once the master accepts there", async () => {
  const { intake } = make();
  const steps: string[] = [];
  intake.socket(KEY, LOCAL);
  const opened = intake.prepare(KEY).then(() => steps.push("listens"));
  intake.onOpened("tcp:*:81");
  await new Promise(setImmediate);
  steps.push("accepts");
  intake.onOpened(KEY);
  await opened;
  assert.deepEqual(steps, ["accepts", "listens"]);
});

test("a connection is told of as taken before anything of it is read, then served, and its end is told", async (t) => {
  const { intake, sent } = make();
  const socket = intake.socket(KEY, LOCAL);
  const server = createServer((request, response) => response.end(`${request.url} ${request.socket.remoteAddress}`));
  t.after(() => server.close());
  await adopt(server, socket, 511);
  server.prependListener("connection", () => sent.push({ type: "taken", number: -1 }));
  const clients = await Promise.all([clientOf(t), clientOf(t)]);
  for (const [index, { handle }] of clients.entries()) {
    const head = Buffer.from("GET /first HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").toString("base64");
    const proxied = { address: "192.0.2.7", family: "IPv4", port: 4711 };
    intake.take({ number: index + 1, key: KEY, firstBytes: head, proxied }, handle);
  }
  assert.deepEqual(
    sent.map((message) => "number" in message && message.number),
    [1, -1, 2, -1],
  );
  for (const { answer } of clients) assert.match(await answer, /^HTTP\/1.1 200[^]*\/first 192\.0\.2\.7$/);
  await eventually(() => ended(sent) === 2, "both ends are told");
});

test("ends are told with the next connection that is taken, each once", (t) => {
  const { take, sent, pass } = full(t);
  for (const number of [1, 2, 3]) take(number);
  assert.deepEqual(sent, [
    { type: "taken", number: 1 },
    { type: "taken", number: 2, ended: 1 },
    { type: "taken", number: 3, ended: 1 },
  ]);
  pass(5);
  assert.deepEqual(sent.slice(3), [{ type: "ended", count: 1 }]);
  take(4);
  assert.deepEqual(sent.at(-1), { type: "taken", number: 4 });
});

test("where no connection comes, ends are told together a little later, and only those that were not told", (t) => {
  const { take, end, sent, pass } = full(t);
  for (let count = 0; count < 3; count++) end();
  pass(4);
  assert.deepEqual(sent, []);
  pass(1);
  assert.deepEqual(sent, [{ type: "ended", count: 3 }]);
  end();
  take(1);
  end();
  pass(5);
  pass(5);
  assert.deepEqual(sent.slice(1), [
    { type: "taken", number: 1, ended: 1 },
    { type: "ended", count: 2 },
  ]);
});

interface Full {
  sent: ToMaster[];
  take: (number: number) => void;
  /** One that was taken ends. */
  end: () => void;
  pass: (ms: number) => void;
}

/** A node whose server drops what it is given, as one does that has all the connections that it may have. */
function full(t: TestContext): Full {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { intake, sent } = make();
  const socket = intake.socket(KEY, LOCAL);
  socket.onconnection = () => {};
  return {
    sent,
    take: (number) => intake.take({ number, key: KEY }, new FakeClient()),
    end: () => socket.take({ handle: new FakeClient(), firstBytes: undefined, proxied: undefined }),
    pass: (ms) => t.mock.timers.tick(ms),
  };
}

function make(): { intake: Intake; sent: ToMaster[] } {
  const sent: ToMaster[] = [];
  return { sent, intake: new Intake((message) => sent.push(message)) };
}

function ended(sent: readonly ToMaster[]): number {
  return sent.reduce((sum, message) => {
    if (message.type === "ended") return sum + message.count;
    return sum + (message.type === "taken" ? (message.ended ?? 0) : 0);
  }, 0);
}
