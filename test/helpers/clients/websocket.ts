// A WebSocket client that sends a message and waits for its echo, and connects anew when it is told 1001 (going away).
import { randomUUID } from "node:crypto";
import { type RawData, WebSocket } from "ws";
import type { Client } from "../load.js";
import { type Flight, WrongBody } from "../load-ledger.js";

const GOING_AWAY = 1001;

/** What the server says first on each connection. */
interface Hello {
  pid: number;
  version: string;
}

interface Connection {
  socket: WebSocket;
  hello: Hello;
}

/**
 * The server echoes all that it got before it sends its close frame, and nothing after it (RFC 6455, 5.5.1). So a
 * message whose echo has not come before a close frame with 1001 was not processed, and may be sent again.
 */
export function webSocketClient(port: number): Client {
  let current: Connection | undefined;
  return {
    async request(flight) {
      while (!(await attempt(flight))) flight.retried += 1;
    },
    close: () => current?.socket.close(1000),
  };

  async function attempt(flight: Flight): Promise<boolean> {
    if (current?.socket.readyState !== WebSocket.OPEN) {
      // Who had the connection before has nothing to do with what becomes of this one.
      flight.pid = undefined;
      current = await open(port);
    }
    if (current === undefined) return false;
    flight.pid = current.hello.pid;
    flight.version = current.hello.version;
    return echoes(current.socket);
  }
}

/** Resolves to the connection, or to nothing when the server says at once that it goes away. */
function open(port: number): Promise<Connection | undefined> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`).on("error", () => {});
  return outcome(socket, (text) => ({ socket, hello: JSON.parse(text) as Hello }));
}

async function echoes(socket: WebSocket): Promise<boolean> {
  const sent = randomUUID();
  const came = outcome(socket, (text) => text);
  socket.send(sent);
  const echo = await came;
  if (echo !== undefined && echo !== sent) throw new WrongBody(`sent ${sent}, got ${echo}`);
  return echo === sent;
}

/** The next message, or `undefined` when a close frame with 1001 came before it. */
function outcome<Value>(socket: WebSocket, take: (text: string) => Value): Promise<Value | undefined> {
  return new Promise((resolve, reject) => {
    const finish = (action: () => void): void => {
      socket.off("message", onMessage).off("close", onClose).off("error", onError);
      action();
    };
    const onMessage = (data: RawData): void => finish(() => resolve(take((data as Buffer).toString())));
    const onError = (error: Error): void => finish(() => reject(error));
    const onClose = (code: number): void =>
      finish(() => {
        if (code === GOING_AWAY) resolve(undefined);
        else reject(Object.assign(new Error(`closed with ${code}`), { code: "ECONNRESET" }));
      });
    socket.on("message", onMessage).on("close", onClose).on("error", onError);
  });
}
