// Where a framed stream is to behave as a WebSocket: each script runs against Node's own, where it has one, that of the
// package ws, and a framed stream over TCP.
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { type TestContext, test } from "node:test";
import Ws, { WebSocketServer } from "ws";
import { frameStream } from "#src/wire/framed-stream.js";
import { within } from "../../helpers/deadline.js";

interface Socket {
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(value: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(
    type: string,
    listener: (event: { code?: number; reason?: string; wasClean?: boolean }) => void,
  ): void;
}
type Make = (t: TestContext) => Promise<Socket>;
type Script = (socket: Socket, say: (what: unknown) => void) => void | Promise<void>;

const kinds: Record<string, Make> = {
  ws: async (t) => new Ws(await webSocketServer(t)) as unknown as Socket,
  "framed stream": async (t) => frameStream(connect(await echoOfCloses(t), "127.0.0.1")) as unknown as Socket,
};
const WebSocketOfNode = Reflect.get(globalThis, "WebSocket") as (new (url: string) => Socket) | undefined;
// That of Node 22 does not close while it connects.
if (WebSocketOfNode !== undefined && "CloseEvent" in globalThis)
  kinds["Node"] = async (t) => new WebSocketOfNode(await webSocketServer(t));

/** Node's own does not count there. */
const COUNTS = "what is sent after the end is counted";

const opened = (socket: Socket): Promise<void> =>
  new Promise((resolve) => socket.addEventListener("open", () => resolve()));

const scripts: Record<string, Script> = {
  "send while connecting": (socket, say) => {
    // That of ws throws an Error without that name.
    assert.throws(() => socket.send("early"));
    say([socket.readyState, socket.bufferedAmount]);
    socket.close();
  },
  "close without a code": async (socket) => {
    await opened(socket);
    socket.close();
  },
  "close with a code and a reason": async (socket, say) => {
    await opened(socket);
    socket.close(4001, "bye");
    socket.close(4002, "too late");
    say(socket.readyState);
  },
  "codes that may not be sent": async (socket, say) => {
    await opened(socket);
    for (const code of [0, 999, 1004, 1005, 1006, 1015, 2999, 5000])
      assert.throws(() => socket.close(code), String(code));
    assert.throws(() => socket.close(1000, "x".repeat(124)));
    say(socket.readyState);
    socket.close(1000);
  },
  [COUNTS]: async (socket, say) => {
    await opened(socket);
    socket.close(1000);
    const before = socket.bufferedAmount;
    socket.send("after");
    say(socket.bufferedAmount > before);
  },
};

for (const [what, script] of Object.entries(scripts)) {
  const compared = Object.entries(kinds).filter(([kind]) => what !== COUNTS || kind !== "Node");
  test(`${what}: as ${compared.map(([kind]) => kind).join(", ")}`, async (t) => {
    const outcomes = new Map<string, unknown>();
    for (const [kind, make] of compared) outcomes.set(kind, await outcome(await make(t), script));
    for (const [kind, found] of outcomes) assert.deepEqual(found, outcomes.get("ws"), kind);
  });
}

test("the errors are those of a WebSocket", async (t) => {
  const socket = (await kinds["framed stream"]?.(t)) as Socket;
  assert.throws(() => socket.send("early"), { name: "InvalidStateError" });
  assert.throws(() => socket.close(999), { name: "InvalidAccessError" });
  assert.throws(() => socket.close(1000, "x".repeat(124)), { name: "SyntaxError" });
  socket.close();
});

async function outcome(socket: Socket, script: Script): Promise<unknown> {
  const story: unknown[] = [];
  for (const type of ["open", "message", "error"]) socket.addEventListener(type, () => story.push(type));
  const closed = new Promise<void>((resolve) => {
    socket.addEventListener("close", ({ code, reason, wasClean }) => {
      story.push(["close", code, reason, wasClean, socket.readyState]);
      resolve();
    });
  });
  await script(socket, (what) => story.push(what));
  await within(closed, "it closes");
  return story;
}

async function webSocketServer(t: TestContext): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  t.after(() => server.close());
  await once(server, "listening");
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function echoOfCloses(t: TestContext): Promise<number> {
  const server = createServer((socket) => void frameStream(socket.on("error", () => {})));
  t.after(() => server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}
