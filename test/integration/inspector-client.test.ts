// The inspector's client against servers that behave, that misbehave, and that say nothing.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type TestContext, test } from "node:test";
import { InspectorClient } from "#src/master/inspector-client.js";
import { Deferred } from "#src/promises.js";
import { within } from "../helpers/deadline.js";

const NEVER = new AbortController().signal;

test("requests get their answers, whatever comes between; a ping gets its pong", async (t) => {
  const pong = new Deferred<string>();
  const url = await serve(t, (socket) => {
    socket.once("data", () => {
      socket.write(Buffer.concat([Buffer.from("890548656c6c6f", "hex"), frame({ method: "Some.event" })]));
      socket.write(frame({ id: 2, error: { message: "no such method" } }));
      socket.write(frame({ id: 1, result: { answer: 42 } }));
      socket.on("data", (bytes: Buffer) => pong.resolve(bytes.toString("hex")));
    });
  });
  const client = await InspectorClient.connect(url, NEVER);
  const answer = client.request("One.method");
  await assert.rejects(client.request("Another.method"), { message: "its inspector says: no such method" });
  assert.deepEqual(await answer, { answer: 42 });
  assert.match(await within(pong.promise, "a pong comes"), /8a85/);
  client.close();
});

for (const [what, end] of [
  ["hangs up", (socket: Duplex) => socket.destroy()],
  ["says goodbye", (socket: Duplex) => socket.write(Buffer.from("880203e8", "hex"))],
  ["breaks the protocol", (socket: Duplex) => socket.write(Buffer.from("ffff", "hex"))],
  ["does not write JSON", (socket: Duplex) => socket.write(Buffer.from("81017b", "hex"))],
  ["announces too much", (socket: Duplex) => socket.write(Buffer.from("817f00000000ffffffff", "hex"))],
] as const) {
  test(`a server that ${what} leaves no question open`, async (t) => {
    const url = await serve(t, (socket) => socket.once("data", () => end(socket)));
    const client = await InspectorClient.connect(url, NEVER);
    const answer = client.request("One.method");
    await within(assert.rejects(answer, { message: "its inspector closed the connection" }), "the question fails");
    await within(client.closed, "the connection is over");
    await assert.rejects(client.request("One.method"), { message: "its inspector closed the connection" });
  });
}

test("a server that is no inspector is refused", async (t) => {
  const http = await listenOn(
    t,
    createServer((_, response) => response.writeHead(404).end()),
  );
  const status = { message: "its inspector refused the connection with status 404" };
  await assert.rejects(InspectorClient.connect(http, NEVER), status);
  const deaf = await serve(t, () => {}, "wrong");
  const protocol = { message: "its inspector does not speak the WebSocket protocol" };
  await assert.rejects(InspectorClient.connect(deaf, NEVER), protocol);
});

test("a server that says nothing is given up when the signal says so", async (t) => {
  const waiting = new AbortController();
  const url = await listenOn(
    t,
    createServer(() => waiting.abort(new Error("enough"))).on("upgrade", () => waiting.abort(new Error("enough"))),
  );
  await assert.rejects(within(InspectorClient.connect(url, waiting.signal), "it is given up"), { message: "enough" });
});

function serve(t: TestContext, onSocket: (socket: Duplex) => void, accept?: string): Promise<string> {
  const server = createServer().on("upgrade", ({ headers }: IncomingMessage, socket: Duplex) => {
    const right = createHash("sha1").update(`${headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
    const lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
    socket.on("error", () => {});
    socket.write([...lines, `Sec-WebSocket-Accept: ${accept ?? right.digest("base64")}`, "", ""].join("\r\n"));
    onSocket(socket);
    t.after(() => socket.destroy());
  });
  return listenOn(t, server);
}

async function listenOn(t: TestContext, server: ReturnType<typeof createServer>): Promise<string> {
  t.after(() => server.close().closeAllConnections());
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/id`;
}

/** A server's frame for a short message. */
function frame(message: object): Buffer {
  const payload = Buffer.from(JSON.stringify(message));
  return Buffer.concat([Buffer.from([0x81, payload.length]), payload]);
}
