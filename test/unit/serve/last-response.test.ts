// A draining server ends each connection with its newest response, whatever the program says of the connection itself.
import assert from "node:assert/strict";
import { once } from "node:events";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { Connections } from "#src/serve/connections.js";
import { drain } from "#src/serve/drain.js";
import { ResponseTimes } from "#src/serve/response-times.js";
import { RawClient } from "../../helpers/clients/raw.js";
import { within } from "../../helpers/deadline.js";

type Way = (response: ServerResponse) => void;

const BODY = "whole";
const LENGTH = { "Content-Length": BODY.length };

/** How programs say that a connection stays open. */
const ways: Readonly<Record<string, Way>> = {
  "no header": () => {},
  setHeader: (response) => response.setHeader("Connection", "keep-alive"),
  "setHeader in other spelling, with a list": (response) => response.setHeader("CONNECTION", ["Keep-Alive", "X-Other"]),
  "setHeader of Keep-Alive": (response) => response.setHeader("Keep-Alive", "timeout=600"),
  setHeaders: (response) =>
    response.setHeaders(new Headers({ connection: "keep-alive", "keep-alive": "timeout=600, max=9" })),
  appendHeader: (response) => response.appendHeader("Connection", "keep-alive"),
  "writeHead with an object": (response) => response.writeHead(200, { Connection: "keep-alive", ...LENGTH }),
  "writeHead with a list": (response) =>
    response.writeHead(200, ["connection", "keep-alive", "Keep-Alive", "timeout=600"]),
  "writeHead with pairs": (response) =>
    response.writeHead(200, [
      ["Connection", "keep-alive"],
      ["keep-alive", "timeout=600"],
    ] as never),
  "writeHead with an object, behind setHeader": (response) =>
    response.setHeader("X-Before", "1").writeHead(200, { connection: "Keep-Alive" }),
  "writeHead with a list, behind setHeader": (response) =>
    response.setHeader("Connection", "keep-alive").writeHead(200, ["Keep-Alive", "timeout=600"]),
  "removeHeader, so that Node says nothing": (response) => response.removeHeader("Connection"),
  shouldKeepAlive: (response) => Object.assign(response, { shouldKeepAlive: true }),
};

/** When the program does that, and when it sends the head. */
const moments: Readonly<Record<string, (drained: Drained, client: RawClient, way: Way) => Promise<void>>> = {
  "a response that begins before the drain": async (drained, client, way) => {
    const response = await drained.request(client);
    drained.begin();
    way(response);
    response.end(BODY);
  },
  "a response whose head is made before the drain and sent later": async (drained, client, way) => {
    const response = await drained.request(client);
    way(response);
    if (!response.headersSent) response.writeHead(200);
    drained.begin();
    response.write(BODY.slice(0, 2));
    response.end(BODY.slice(2));
  },
  "a response that begins during the drain": async (drained, client, way) => {
    (await drained.request(client)).setHeader("Content-Length", 2).end("ok");
    await client.until(/ok$/);
    client.received = "";
    drained.begin();
    const response = await drained.request(client);
    way(response);
    response.end(BODY);
  },
  "a response whose head is flushed during the drain": async (drained, client, way) => {
    const response = await drained.request(client);
    drained.begin();
    way(response);
    response.flushHeaders();
    response.write(Buffer.from(BODY.slice(0, 2)));
    response.end(Buffer.from(BODY.slice(2)));
  },
};

for (const [moment, run] of Object.entries(moments)) {
  test(`${moment} says that it is the last one, and is`, async (t) => {
    for (const version of ["1.0", "1.1"]) {
      for (const [name, way] of Object.entries(ways)) {
        const drained = await Drained.listen(t);
        const client = await drained.connect(version);
        await run(drained, client, way);
        const how = `HTTP/${version}, ${name}`;
        assert.equal(await client.ends(), "end", how);
        assertLast(client.received, how);
        await within(drained.done, `the server is drained: ${how}`);
      }
    }
  });
}

test("of responses to requests that were sent together only the newest one ends the connection", async (t) => {
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
  ]) {
    const drained = await Drained.listen(t);
    const client = await drained.connect("1.1");
    const first = [await drained.request(client), await drained.request(client)];
    drained.begin();
    const responses = [...first, await drained.request(client)];
    for (const index of order) responses[index]?.setHeader("Connection", "keep-alive").end(`answer ${index}`);
    assert.equal(await client.ends(), "end");
    const answers = client.received.split("HTTP/1.1 200 OK").slice(1);
    assert.deepEqual(
      answers.map((answer) => [/\r\nConnection: (\S+)\r\n/.exec(answer)?.[1], /answer \d/.exec(answer)?.[0]]),
      [
        ["keep-alive", "answer 0"],
        ["keep-alive", "answer 1"],
        ["close", "answer 2"],
      ],
    );
    await within(drained.done, "the server is drained");
  }
});

test("a request that comes behind an answer which waits for its turn is answered too", async (t) => {
  const drained = await Drained.listen(t);
  const client = await drained.connect("1.1");
  const first = await drained.request(client);
  drained.begin();
  const second = await drained.request(client);
  second.end("second");
  const third = await drained.request(client);
  first.end("first");
  third.end("third");
  assert.equal(await client.ends(), "end");
  assert.match(client.received, /keep-alive[^]*first[^]*keep-alive[^]*second[^]*Connection: close\r\n[^]*third/);
});

test("a response that switches to another protocol stays as it is, one that offers to says both", async (t) => {
  const drained = await Drained.listen(t);
  const [switching, offering] = [await drained.connect("1.1"), await drained.connect("1.1")];
  const [first, second] = [await drained.request(switching), await drained.request(offering)];
  drained.begin();
  first.writeHead(101, { Connection: "Upgrade", Upgrade: "chat" }).flushHeaders();
  second.writeHead(426, { Connection: "Upgrade", Upgrade: "chat", "Content-Length": 0 }).end();
  await switching.until(/101 Switching Protocols\r\nConnection: Upgrade\r\n[^]*\r\n\r\n/);
  assert.equal(await offering.ends(), "end");
  assert.match(offering.received, /\r\nConnection: Upgrade, close\r\n/);
  first.socket?.write("still here");
  await switching.until(/still here/);
  switching.socket.destroy();
  await within(drained.done, "the server is drained");
});

test("before a drain nothing is done to a response", async (t) => {
  const drained = await Drained.listen(t);
  const response = await drained.request(await drained.connect("1.1"));
  for (const name of ["_send", "assignSocket", "_storeHeader", "writeHead"]) {
    assert.equal(Object.hasOwn(response, name), false, name);
  }
});

function assertLast(answer: string, how: string): void {
  const [head = "", body = ""] = answer.split(/\r\n\r\n(.*)/s);
  const connection = [...head.matchAll(/^connection: *(.*)$/gim)].map((found) => found[1]);
  assert.match(connection.join("|"), /^(X-Other, )?close$/, `${how}: ${head}`);
  assert.doesNotMatch(head, /^keep-alive:/im, how);
  assert.equal(body.replaceAll(/(^|\r\n)[0-9a-f]+\r\n/g, "").trim(), BODY, how);
}

/** A server whose responses the test gives itself, until it drains. */
class Drained {
  readonly #connections: Connections;
  readonly #server: http.Server;
  readonly #t: TestContext;
  readonly #versions = new WeakMap<RawClient, string>();
  done: Promise<void> = Promise.resolve();

  static async listen(t: TestContext): Promise<Drained> {
    const server = http.createServer({ keepAliveTimeout: 60_000 });
    await once(server.listen(0, "127.0.0.1"), "listening");
    return new Drained(t, server);
  }

  private constructor(t: TestContext, server: http.Server) {
    this.#t = t;
    this.#server = server;
    this.#connections = new Connections(server, new ResponseTimes());
    t.after(() => {
      server.close();
      server.closeAllConnections();
      this.#connections.release();
    });
  }

  async connect(version: string): Promise<RawClient> {
    const client = await RawClient.open(this.#t, (this.#server.address() as AddressInfo).port);
    this.#versions.set(client, version);
    return client;
  }

  /** Sends a request, and resolves to the response that is to be given. */
  async request(client: RawClient): Promise<ServerResponse> {
    const asked = once(this.#server, "request") as Promise<[IncomingMessage, ServerResponse]>;
    client.send(`GET / HTTP/${this.#versions.get(client)}\r\nHost: a\r\nConnection: keep-alive\r\n\r\n`);
    return (await asked)[1];
  }

  begin(): void {
    const options = { timeout: 600_000, idle: null, servers: "close" } as const;
    this.done = drain(this.#server, this.#connections, options, new AbortController().signal);
  }
}
