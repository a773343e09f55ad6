// Whatever listeners a program removes, calls itself or counts: connections are counted, and drained, as without that.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import http, { type IncomingMessage } from "node:http";
import http2 from "node:http2";
import https from "node:https";
import net, { type AddressInfo, type Server, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import tls from "node:tls";
import { Service } from "#src/serve/service.js";
import { certificate } from "../../helpers/certificate.js";
import { eventually, within } from "../../helpers/deadline.js";
import { uncaughtErrors } from "../../helpers/uncaught.js";

const secrets = { cert: readFileSync(certificate.cert), key: readFileSync(certificate.key) };
const EVENTS = [
  "connection",
  "secureConnection",
  "session",
  "stream",
  "request",
  "upgrade",
  "connect",
  "close",
  "listening",
  "newListener",
  "removeListener",
  "checkContinue",
  "checkExpectation",
  "clientError",
  "dropRequest",
  "error",
  "drop",
];

const answer = (_request: unknown, response: { end(text: string): unknown }): void => void response.end("answer");
const echo = (socket: Socket): void => void socket.on("error", () => {}).pipe(socket);

interface Kind {
  make: () => Server;
  /** Opens a connection on which something was answered, and that is idle since. */
  open: (t: TestContext, port: number) => Promise<Socket>;
}

const kinds: Readonly<Record<string, Kind>> = {
  http: { make: () => http.createServer(answer), open: (t, port) => asked(t, net.connect(port, "127.0.0.1")) },
  https: {
    make: () => https.createServer(secrets, answer),
    open: (t, port) => asked(t, tls.connect({ port, host: "127.0.0.1", ca: secrets.cert })),
  },
  http2: {
    make: () => http2.createServer(answer as never),
    open: (t, port) => askedHttp2(t, `http://127.0.0.1:${port}`),
  },
  "secure http2": {
    make: () => http2.createSecureServer(secrets, answer as never),
    open: (t, port) => askedHttp2(t, `https://127.0.0.1:${port}`),
  },
};

/** What a program does to its server, or to each socket that it gets. */
const removals: Readonly<Record<string, (server: Server) => void>> = {
  nothing: () => {},
  "removes all listeners, and calls those that there were itself": (server) => {
    const all = server.eventNames().map((event) => [event, server.rawListeners(event)] as const);
    server.removeAllListeners();
    for (const [event, listeners] of all) {
      server.on(event as string, (...args: unknown[]) => listeners.forEach((one) => Reflect.apply(one, server, args)));
    }
  },
  "removes the listeners of connections and sessions, and adds them again": (server) => {
    for (const event of ["connection", "secureConnection", "session", "newListener"]) {
      const listeners = server.rawListeners(event);
      server.removeAllListeners(event);
      for (const listener of listeners) server.on(event, listener as never);
    }
  },
  "removes those for the end of each socket": (server) => {
    server.on("connection", (socket: Socket) => setImmediate(() => socket.removeAllListeners("close")));
  },
};

for (const [kind, { make, open }] of Object.entries(kinds)) {
  for (const [what, remove] of Object.entries(removals)) {
    test(`${kind}: a program that ${what}`, async (t) => {
      const { service, server, port } = await serve(t, make());
      remove(server);
      const clients = [await open(t, port), await open(t, port)];
      await eventually(() => service.counts().connections === 2, "both are counted");
      assert.equal(service.counts().served, 2);
      clients[0]?.destroy();
      await eventually(() => service.counts().connections === 1, "one has ended");
      const ended = end(service);
      await within(once(clients[1] as Socket, "close"), "the other one is ended in order");
      await within(ended, "the drain ends");
      assert.equal(service.counts().connections, 0);
    });
  }

  test(`${kind}: to the program its server has the listeners that it has without us`, async (t) => {
    const { server } = await serve(t, make());
    const plain = make().listen(0, "127.0.0.1");
    t.after(() => plain.close());
    await once(plain, "listening");
    for (const event of EVENTS) assert.equal(server.listenerCount(event), plain.listenerCount(event), event);
    assert.deepEqual(server.eventNames(), plain.eventNames());
    assert.deepEqual(Object.keys(server), Object.keys(plain));
  });
}

test("a connection that knows no protocol is counted and waited for, whatever listeners are removed", async (t) => {
  const { service, server, port } = await serve(t, net.createServer());
  server.removeAllListeners();
  const accepted = once(server, "connection") as Promise<[Socket]>;
  const client = connected(t, net.connect(port, "127.0.0.1"));
  const [socket] = await accepted;
  socket.removeAllListeners();
  echo(socket);
  const ended = end(service);
  client.write("still here");
  assert.equal(String((await once(client, "data"))[0]), "still here");
  client.end();
  await within(ended, "the drain ends");
  assert.equal(service.counts().connections, 0);
});

test("a listener for connections that throws leaves the connection counted", async (t) => {
  const { service, server, port } = await serve(t, net.createServer());
  const errors = uncaughtErrors(t);
  server.once("connection", (socket: Socket) => {
    echo(socket);
    throw new Error("the program's");
  });
  const client = connected(t, net.connect(port, "127.0.0.1"));
  await eventually(() => errors.length > 0, "it throws");
  assert.equal(service.counts().connections, 1);
  client.destroy();
  await eventually(() => service.counts().connections === 0, "it has ended");
});

for (const event of ["upgrade", "connect"]) {
  test(`once the last listener for "${event}" has gone, Node answers as it does without us`, async (t) => {
    const make = (): Server => http.createServer(answer).once(event, accept);
    const { service, port } = await serve(t, make());
    const plain = make().listen(0, "127.0.0.1");
    t.after(() => plain.close());
    await once(plain, "listening");
    const answers = async (to: number): Promise<string[]> => [await ask(t, to, event), await ask(t, to, event)];
    assert.deepEqual(await answers(port), await answers((plain.address() as AddressInfo).port));
    assert.equal(service.counts().served, event === "upgrade" ? 2 : 1);
  });
}

test("an upgrade is counted though all listeners were removed before its own", async (t) => {
  const { service, server, port } = await serve(t, http.createServer(answer));
  const listeners = server.listeners("connection");
  server.removeAllListeners();
  for (const listener of listeners) server.on("connection", listener as never);
  server.on("upgrade", (_request: IncomingMessage, socket: Socket) => {
    socket.write("HTTP/1.1 101 Switching Protocols\r\n\r\n");
    echo(socket);
  });
  const client = connected(t, net.connect(port, "127.0.0.1"));
  client.write(UPGRADE);
  await once(client, "data");
  assert.deepEqual([service.counts().served, service.counts().connections], [1, 1]);
  client.destroy();
  await eventually(() => service.counts().connections === 0, "it has ended");
});

test("HTTP/2's CONNECT without a listener is refused by Node itself", async (t) => {
  const { port } = await serve(t, http2.createServer(answer as never));
  const session = http2.connect(`http://127.0.0.1:${port}`);
  t.after(() => session.destroy());
  const request = session.request({ ":method": "CONNECT", ":authority": "a:1" });
  const [headers] = (await once(request, "response")) as [http2.IncomingHttpHeaders & { ":status"?: number }];
  assert.equal(headers[":status"], 405);
});

const UPGRADE = "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n";
const CONNECT = "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n";

function accept(_request: IncomingMessage, socket: Socket): void {
  socket.end("HTTP/1.1 101 Switching Protocols\r\n\r\n");
}

/** The first line that comes; nothing where the connection is closed. */
async function ask(t: TestContext, port: number, event: string): Promise<string> {
  const client = connected(t, net.connect(port, "127.0.0.1"));
  client.write(event === "upgrade" ? UPGRADE : CONNECT);
  const [data] = await within(Promise.race([once(client, "data"), once(client, "close")]), "an answer or the end");
  client.destroy();
  return String(data).split("\r\n")[0] ?? "";
}

async function serve(t: TestContext, server: Server): Promise<{ service: Service; server: Server; port: number }> {
  const service = new Service();
  if ("keepAliveTimeout" in server) Object.assign(server, { keepAliveTimeout: 60_000 });
  await once(server.listen(0, "127.0.0.1"), "listening");
  service.watch(server);
  t.after(() => server.close());
  return { service, server, port: (server.address() as AddressInfo).port };
}

/** Idle connections have no time. */
function end(service: Service): Promise<void> {
  return service.end({ timeout: 60_000, idle: 0, log: () => {} }, async () => {});
}

function connected<Client extends Socket>(t: TestContext, client: Client): Client {
  t.after(() => client.destroy());
  return client.on("error", () => {});
}

async function asked(t: TestContext, client: Socket): Promise<Socket> {
  connected(t, client).write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await once(client, "data");
  return client.resume();
}

async function askedHttp2(t: TestContext, origin: string): Promise<Socket> {
  const session = http2.connect(origin, { ca: secrets.cert }).on("error", () => {});
  t.after(() => session.destroy());
  const [socket] = await Promise.all([
    once(session, "connect").then(([, connection]) => connection as Socket),
    once(session.request({ ":path": "/" }).resume(), "end"),
  ]);
  return socket;
}
