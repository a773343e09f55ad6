// What frameStream has promised, by import and by require(): any duplex stream, any value, the WebSocket interface.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { Duplex, PassThrough } from "node:stream";
import { test } from "node:test";
import { connect as connectTls, createServer as createTls } from "node:tls";
import { certificate } from "../helpers/certificate.js";
import { duplexPair } from "../helpers/duplex-pair.js";
import { originalValues } from "../helpers/original-values.js";
import { LIBRARIES } from "../helpers/original-ways.js";

type FramedStream = ReturnType<(typeof LIBRARIES)[string]["frameStream"]>;

const [cert, key] = [readFileSync(certificate.cert), readFileSync(certificate.key)];

/** Two ends of a connection that multi-node knows nothing of. */
const duplexes: Record<string, () => Promise<[Duplex, Duplex]>> = {
  "a TCP connection": () => connected(createServer(), "connection", (port) => connect(port, "127.0.0.1")),
  "a TLS connection": () =>
    connected(createTls({ cert, key }), "secureConnection", (port) =>
      connectTls({ host: "127.0.0.1", port, ca: cert }),
    ),
  "a pair of one-way streams": async () => {
    const [there, back] = [new PassThrough(), new PassThrough()];
    return [Duplex.from({ readable: back, writable: there }), Duplex.from({ readable: there, writable: back })];
  },
  "a stream that cuts everything into single bytes": async () => duplexPair({ chunkSizes: [1] }),
};

for (const [way, { frameStream }] of Object.entries(LIBRARIES)) {
  const framedPair = () => {
    const [a, b] = duplexPair();
    return [frameStream(a), frameStream(b)] as const;
  };

  for (const [what, open] of Object.entries(duplexes)) {
    test(`by ${way}: frameStream gives whole messages both ways over ${what}`, async () => {
      const ends = (await open()).map((end) => frameStream(end));
      const wanted = Object.values(originalValues());
      const received = ends.map((end) => take(end, wanted.length));
      for (const end of ends) for (const value of wanted) end.send(value);
      for (const values of await Promise.all(received)) assert.deepStrictEqual(values, wanted);
      ends[0]?.close();
      await Promise.all(ends.map((end) => once(end, "close")));
    });
  }

  test(`by ${way}: "message" listeners get the value, listeners added as to a WebSocket get event.data`, async () => {
    const [a, b] = framedPair();
    const got: unknown[] = [];
    const listener = ({ data }: { data: unknown }): number => got.push(["listener", data]);
    b.on("message", (value) => got.push(["on", value]));
    b.addEventListener("message", listener);
    b.onmessage = ({ data }) => got.push(["onmessage", data]);
    a.send({ foo: "bar" });
    await once(b, "message");
    b.removeEventListener("message", listener);
    b.onmessage = null;
    a.send("again");
    await once(b, "message");
    const first = ["on", "listener", "onmessage"].map((how) => [how, { foo: "bar" }]);
    assert.deepEqual(got, [...first, ["on", "again"]]);
    a.terminate();
  });

  test(`by ${way}: onopen and onclose are called in order, close(code, reason) is told to the other end`, async () => {
    const [a, b] = framedPair();
    const events: unknown[] = [];
    b.onopen = ({ type }) => events.push(type);
    b.onmessage = ({ type, data }) => events.push([type, data]);
    b.onclose = ({ type, code, reason, wasClean }) => events.push([type, code, reason, wasClean]);
    a.send(1);
    a.close(4000, "so long");
    assert.deepEqual(await once(b, "close"), [4000, "so long", true]);
    assert.deepEqual(events, ["open", ["message", 1], ["close", 4000, "so long", true]]);
  });

  test(`by ${way}: onerror is called with what is wrong, and onclose follows`, async () => {
    const [near, far] = duplexPair();
    const framed = frameStream(near);
    const events: string[] = [];
    framed.onerror = ({ type, message }) => events.push(`${type}: ${message}`);
    framed.onclose = ({ type }) => events.push(type);
    far.write("GET / HTTP/1.1\r\n\r\n");
    await new Promise((resolve) => framed.once("close", resolve));
    assert.equal(events.length, 2);
    assert.match(String(events[0]), /^error: ./);
    assert.equal(events[1], "close");
  });

  test(`by ${way}: readyState goes through CONNECTING, OPEN, CLOSING and CLOSED`, async (t) => {
    const server = createServer((socket) => frameStream(socket)).listen(0, "127.0.0.1");
    t.after(() => void server.close());
    await once(server, "listening");
    const framed = frameStream(connect((server.address() as AddressInfo).port, "127.0.0.1"));
    const { CONNECTING, OPEN, CLOSING, CLOSED } = framed;
    assert.deepEqual([CONNECTING, OPEN, CLOSING, CLOSED], [0, 1, 2, 3]);
    assert.equal(framed.readyState, CONNECTING);
    await once(framed, "open");
    assert.equal(framed.readyState, OPEN);
    framed.close();
    assert.equal(framed.readyState, CLOSING);
    await once(framed, "close");
    assert.equal(framed.readyState, CLOSED);
  });

  test(`by ${way}: bufferedAmount is what was sent and has not gone out yet`, async () => {
    const [a, b] = framedPair();
    assert.equal(a.bufferedAmount, 0);
    a.send("x".repeat(1_000));
    assert.ok(a.bufferedAmount > 1_000);
    await once(b, "message");
    a.send("y");
    await once(b, "message");
    assert.ok(a.bufferedAmount < 1_000, "what has arrived does not count");
    a.terminate();
  });
}

/** The next so many values, however many of them come in one piece. */
function take(from: FramedStream, count: number): Promise<unknown[]> {
  const values: unknown[] = [];
  return new Promise((resolve) => {
    from.on("message", (value) => {
      if (values.push(value) === count) resolve(values);
    });
  });
}

async function connected(server: Server, event: string, dial: (port: number) => Duplex): Promise<[Duplex, Duplex]> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const accepted = once(server, event);
  const near = dial((server.address() as AddressInfo).port);
  const [far] = (await accepted) as [Duplex];
  server.close();
  if ((near as Socket).connecting) await once(near, "connect");
  return [near, far];
}
