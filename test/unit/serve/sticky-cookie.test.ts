// The cookie that names the node's slot is in each answer to a client without it, whatever headers the program sets.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { Service } from "#src/serve/service.js";
import { RawClient } from "../../helpers/clients/raw.js";

const OWN = "own=1; Path=/";
const COOKIE = { name: "node", slot: "2" };
const SET = /^Set-Cookie: node=2; Path=\/; HttpOnly; SameSite=Lax\r$/m;

/** How programs set cookies, or none. */
const ways: Readonly<Record<string, (response: ServerResponse) => void>> = {
  "no header": () => {},
  setHeader: (response) => response.setHeader("Set-Cookie", OWN),
  "setHeader with a list": (response) => response.setHeader("set-cookie", [OWN, "b=2"]),
  setHeaders: (response) => response.setHeaders(new Headers({ "set-cookie": OWN })),
  appendHeader: (response) => response.appendHeader("Set-Cookie", OWN),
  "writeHead with an object": (response) => response.writeHead(200, { "Set-Cookie": OWN }),
  "writeHead with a list": (response) => response.writeHead(200, ["Set-Cookie", OWN]),
  "writeHead after setHeader": (response) =>
    response.setHeader("x-a", "1").writeHead(201, "Yes", { "Set-Cookie": [OWN] }),
  flushHeaders: (response) => response.setHeader("Set-Cookie", OWN).flushHeaders(),
  "no body": (response) => response.writeHead(304),
};

for (const [way, prepare] of Object.entries(ways)) {
  test(`beside what the program sets: ${way}`, async (t) => {
    const answer = await ask(t, "", (_request, response) => {
      prepare(response);
      response.end();
    });
    assert.match(answer, SET);
    assert.equal(answer.match(/node=2/g)?.length, 1);
    if (!["no header", "no body"].includes(way)) assert.match(answer, /^set-cookie: own=1; Path=\/\r$/im);
  });
}

test("a client that has it gets none, one of another slot gets it", async (t) => {
  assert.doesNotMatch(await ask(t, "Cookie: a=1; node=2\r\n", end), /Set-Cookie/i);
  assert.match(await ask(t, "Cookie: node=1\r\n", end), SET);
});

test("where a proxy spoke TLS with the client, it is for TLS only", async (t) => {
  assert.match(await ask(t, "X-Forwarded-Proto: https\r\n", end), /SameSite=Lax; Secure\r$/m);
});

test("without the setting there is none", async (t) => {
  assert.doesNotMatch(await ask(t, "", end, "none"), /Set-Cookie/i);
});

const end: RequestListener = (_request, response) => void response.end("body");

async function ask(
  t: TestContext,
  headers: string,
  listener: RequestListener,
  cookie: typeof COOKIE | "none" = COOKIE,
): Promise<string> {
  const service = new Service(undefined, () => (cookie === "none" ? undefined : cookie));
  const server = createServer(listener);
  service.watch(server);
  await once(server.listen(0, "127.0.0.1"), "listening");
  t.after(() => server.close());
  const client = await RawClient.open(t, (server.address() as AddressInfo).port);
  client.send(`GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${headers}\r\n`);
  await client.ends();
  return client.received;
}
