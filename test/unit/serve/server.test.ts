// The second argument of listen(): what it may be, and what the message says when it is something else.
import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import https from "node:https";
import net from "node:net";
import { test } from "node:test";
import tls from "node:tls";
import { hold } from "#src/master/held-socket.js";
import { InheritedSockets } from "#src/master/inherited.js";
import { checkPortOptions } from "#src/port-options.js";
import { adopt, checkServerSource, makeServer } from "#src/serve/server.js";

const TAKEN = "an http, https, http2, tls or net server, or a function that returns one, is taken, got ";

const KINDS: Record<string, () => net.Server> = {
  http: () => http.createServer(),
  https: () => https.createServer(),
  http2: () => http2.createServer(),
  "secure http2": () => http2.createSecureServer(),
  tls: () => tls.createServer(),
  net: () => net.createServer(),
};

for (const [kind, make] of Object.entries(KINDS)) {
  test(`a server of ${kind} is taken, and a function that returns one, perhaps as a promise`, async () => {
    const server = make();
    checkServerSource(server);
    checkServerSource(make);
    assert.equal(await makeServer(server), server);
    assert.equal(await makeServer(() => server), server);
    assert.equal(await makeServer(async () => server), server);
  });
}

test("a function is not called by the check", () => {
  checkServerSource(() => assert.fail("it was called"));
});

test("anything else is refused, with what came", () => {
  for (const [value, shown] of [
    [undefined, "undefined"],
    [null, "null"],
    [8000, "8000"],
    ["server", "'server'"],
    [{}, "{}"],
    [{ listen() {}, close() {} }, "{ listen: [Function: listen], close: [Function: close] }"],
    [[], "[]"],
  ] as const) {
    assert.throws(() => checkServerSource(value), wrong("server", shown));
  }
});

test("a promise of a server is refused: a function may return one", () => {
  assert.throws(() => checkServerSource(Promise.resolve(http.createServer())), {
    code: "MN_ERR_SERVER_TYPE",
    message: /^server: .*got Promise \{/,
  });
});

test("an application of a framework is refused with what to pass instead", () => {
  const application = Object.assign(() => {}, { listen() {} });
  assert.throws(() => checkServerSource(application), {
    name: "UsageError",
    code: "MN_ERR_SERVER_TYPE",
    message: "server: this function is an application of a framework (it has listen()); pass http.createServer(app)",
  });
});

test("a listener for requests or connections is refused with what to pass instead", async () => {
  const refusal = {
    name: "UsageError",
    code: "MN_ERR_SERVER_TYPE",
    message: /seems to be a listener for requests .*: pass createServer\(answer\), or a function without parameters/,
  };
  const listeners: ((...args: never[]) => void)[] = [
    function answer(_request: http.IncomingMessage, response: http.ServerResponse) {
      response.end();
    },
    async function answer(_request: http.IncomingMessage, response: http.ServerResponse) {
      response.end();
    },
  ];
  for (const listener of listeners) assert.throws(() => checkServerSource(listener), refusal);
  const others = [
    function answer(socket: net.Socket) {
      socket.end();
    },
    async function answer(_socket: net.Socket) {},
  ];
  for (const other of others) {
    checkServerSource(other);
    await assert.rejects(makeServer(other), refusal);
  }
  checkServerSource((_unused = 1) => http.createServer());
  const mistake = (): http.Server => {
    throw new TypeError("no database");
  };
  await assert.rejects(makeServer(mistake), { message: "no database" });
});

test("a server that listens already is refused, given or made", async (t) => {
  const server = net.createServer().listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const refusal = {
    name: "UsageError",
    code: "MN_ERR_SERVER_LISTENING",
    message: "server: it listens already; pass it without calling its listen(), multi-node gives it the socket",
  };
  assert.throws(() => checkServerSource(server), refusal);
  await assert.rejects(
    makeServer(() => server),
    refusal,
  );
});

test("a function that returns no server is refused, with what it returned", async () => {
  for (const [value, shown] of [
    [undefined, "undefined"],
    [null, "null"],
    [{}, "{}"],
    [() => {}, "[Function (anonymous)]"],
  ] as const) {
    const refusal = wrong("the server function's result", shown);
    await assert.rejects(makeServer((() => value) as never), refusal);
    await assert.rejects(makeServer((async () => value) as never), refusal);
  }
});

test("a function that fails fails with its own error", async () => {
  const error = new Error("no certificate");
  await assert.rejects(
    makeServer(() => {
      throw error;
    }),
    error,
  );
  await assert.rejects(
    makeServer(() => Promise.reject(error)),
    error,
  );
});

test("a server takes over a held socket and answers on it", async (t) => {
  const port = checkPortOptions({ port: 0, host: "127.0.0.1" });
  const held = await hold("any", port, new InheritedSockets());
  const server = http.createServer((_, response) => response.end("served"));
  t.after(() => server.close());
  await adopt(server, { handle: held.handle }, 511);
  assert.ok(server.listening);
  assert.deepEqual(server.address(), held.address);
  const { port: number } = held.address as net.AddressInfo;
  const body = await fetch(`http://127.0.0.1:${number}/`).then((answer) => answer.text());
  assert.equal(body, "served");
  assert.equal(server.listenerCount("error"), 0);
});

test("a descriptor that is no socket is an error", async (t) => {
  const server = net.createServer();
  t.after(() => server.close());
  await assert.rejects(adopt(server, { fd: 1_048_575 }, 511), { code: "EBADF" });
});

function wrong(what: string, shown: string): object {
  return { name: "UsageError", code: "MN_ERR_SERVER_TYPE", message: `${what}: ${TAKEN}${shown}` };
}
