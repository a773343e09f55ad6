// The Unix socket at which a REPL waits: for one client, which says first what it is, and not for long.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";

/** What a client says in its first line, as JSON. */
export interface Hello {
  /** Whether somebody types: then there are prompts, and lines can be edited. Default: true. */
  terminal: boolean;
  /** Of the terminal. Default: 80 and 24. */
  columns: number;
  rows: number;
  /** Whether a last line is to say how many errors nobody caught: a NUL, and JSON such as `{"uncaught":1}`. Default: false. */
  verdict: boolean;
}

export interface Visitor {
  socket: Socket;
  hello: Hello;
}

export interface Door {
  path: string;
  /** The first client that says hello, `undefined` when none has in time; by then the socket is gone. */
  visitor: Promise<Visitor | undefined>;
}

/** Milliseconds for a client to come and say hello. */
const WAIT_MS = 10_000;
/** Bytes. */
const LONGEST_HELLO = 1_024;
const NEWLINE = 10;

/**
 * Waits at a new socket in the private folder. Masters connect to all that is there, to see whether anybody lives: so
 * whoever says nothing is no client.
 */
export async function openDoor(endpoint: (name: string) => string): Promise<Door> {
  const path = endpoint(`repl-${randomBytes(4).toString("hex")}`);
  const server = createServer({ allowHalfOpen: true });
  // Without `exclusive`, this socket would be one of the program's, which the master holds.
  server.listen({ path, exclusive: true });
  await once(server, "listening");
  chmodSync(path, 0o600);
  return { path, visitor: wait(server.unref(), path) };
}

function wait(server: Server, path: string): Promise<Visitor | undefined> {
  return new Promise((resolve) => {
    const callers = new Set<Socket>();
    const remove = (): void => rmSync(path, { force: true });
    const shut = (visitor: Visitor | undefined): void => {
      clearTimeout(timer);
      process.off("exit", remove);
      server.close();
      for (const caller of callers) if (caller !== visitor?.socket) caller.destroy();
      resolve(visitor);
    };
    const timer = setTimeout(() => shut(undefined), WAIT_MS).unref();
    process.once("exit", remove);
    server.on("connection", (socket) => {
      callers.add(socket);
      socket.on("error", () => {});
      socket.once("close", () => callers.delete(socket));
      readHello(socket, (hello) => shut({ socket, hello }));
    });
  });
}

/** What comes behind the first line stays to be read. */
function readHello(socket: Socket, heard: (hello: Hello) => void): void {
  let read = Buffer.alloc(0);
  const onData = (bytes: Buffer): void => {
    read = Buffer.concat([read, bytes]);
    const end = read.indexOf(NEWLINE);
    if (end === -1) return void (read.length > LONGEST_HELLO && socket.destroy());
    socket.pause().off("data", onData).off("end", onEnd);
    const rest = read.subarray(end + 1);
    if (rest.length > 0) socket.unshift(rest);
    heard(helloFrom(read.toString("utf8", 0, end)));
  };
  const onEnd = (): void => void socket.destroy();
  socket.on("data", onData).on("end", onEnd);
}

/** A client that says nothing of itself is a person with a terminal. */
function helloFrom(line: string): Hello {
  const { terminal, columns, rows, verdict } = Object(parse(line)) as Record<keyof Hello, unknown>;
  return { terminal: terminal !== false, columns: size(columns, 80), rows: size(rows, 24), verdict: verdict === true };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function size(value: unknown, otherwise: number): number {
  return Number.isInteger(value) && (value as number) > 0 ? (value as number) : otherwise;
}
