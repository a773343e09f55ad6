// The server that the program gave: what it may be, how it is made, how it takes over a held socket.
import { Server } from "node:net";
import { inspect } from "node:util";
import { UsageError } from "../errors.js";
import type { ServerSource } from "../role.js";
import { HandedSocket } from "./handed-socket.js";
import { Lifeline } from "./lifeline.js";
import { openDescriptor, type SocketHandle } from "./handles.js";

/** A held socket as this process has it: an inherited descriptor, the handle itself, or connections handed over. */
export type ListeningSocket = { fd: number } | { handle: SocketHandle } | HandedSocket;

/**
 * Checks the second argument of listen().
 * @throws UsageError MN_ERR_SERVER_TYPE, MN_ERR_SERVER_LISTENING
 */
export function checkServerSource(source: unknown): asserts source is ServerSource {
  if (source instanceof Server) return checkServer(source);
  if (typeof source !== "function") throw wrongType("server", source);
  if (typeof (source as { listen?: unknown }).listen === "function") {
    throw new UsageError(
      "MN_ERR_SERVER_TYPE",
      "server: this function is an application of a framework (it has listen()); pass http.createServer(app)",
    );
  }
  // A function that makes a server gets no arguments.
  if (source.length > 1) throw isListener("server: this function", source);
}

/** The server itself, checked once more where a function made it. */
export async function makeServer(source: ServerSource): Promise<Server> {
  const server = typeof source === "function" ? await resultOf(source) : source;
  checkServer(server);
  return server;
}

/** @throws UsageError MN_ERR_SERVER_TYPE where it makes none */
async function resultOf(source: () => unknown): Promise<Server> {
  let server: unknown;
  try {
    server = await source();
  } catch (error) {
    // It has looked for something in an argument, which a listener gets.
    if (source.length > 0 && error instanceof TypeError) throw isListener("server: this function", source, error);
    throw error;
  }
  if (server === undefined && source.length > 0) throw isListener("server: this function", source);
  if (!(server instanceof Server)) throw wrongType("the server function's result", server);
  return server;
}

/** Lets a server accept from a held socket. Resolves when it listens. */
export function adopt(server: Server, socket: ListeningSocket, backlog: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.once("listening", () => {
      server.off("error", reject);
      resolve();
    });
    listenOnHandle(server, handleFor(server, socket), backlog);
  });
}

/** What a server is to listen on, as node:net has it. */
export function handleFor(server: Server, socket: ListeningSocket): SocketHandle {
  if (!(socket instanceof HandedSocket)) return "fd" in socket ? openDescriptor(socket.fd) : socket.handle;
  socket.attach(server);
  return socket;
}

/** Takes a server's socket away, so that nobody accepts here any more, while the server goes on as if it listened. */
export function stopAccepting(server: Server): void {
  const internals = server as unknown as { _handle: SocketHandle | null; _unref?: boolean };
  const handle = internals._handle;
  if (handle === null) return;
  internals._handle = new ClosedHandle(server.address(), internals._unref ? "unref" : "ref");
  handle.close();
}

/** Stands where a server's socket was, until the program closes the server. */
class ClosedHandle {
  readonly fd = -1;
  readonly getsockname: ((told: object) => number) | undefined;

  readonly #lifeline = new Lifeline();

  constructor(address: ReturnType<Server["address"]>, state: "ref" | "unref") {
    this.#lifeline[state]();
    if (typeof address === "object" && address !== null) {
      this.getsockname = (told) => {
        Object.assign(told, address);
        return 0;
      };
    }
  }

  close(): void {
    this.#lifeline.cut();
  }

  ref(): void {
    this.#lifeline.ref();
  }

  unref(): void {
    this.#lifeline.unref();
  }
}

/**
 * listen(handle) takes TCP handles only and would open a Unix socket's descriptor a second time, so that it would be
 * closed twice; this is the way by which node:cluster's workers listen, on every version of Node, and listen({ fd }) too
 * in the end.
 */
function listenOnHandle(server: Server, handle: SocketHandle, backlog: number): void {
  const internals = server as unknown as {
    _handle: SocketHandle;
    _listen2(address: null, port: -1, family: -1, backlog: number): void;
  };
  internals._handle = handle;
  internals._listen2(null, -1, -1, backlog);
}

function checkServer(server: Server): void {
  if (!server.listening) return;
  throw new UsageError(
    "MN_ERR_SERVER_LISTENING",
    "server: it listens already; pass it without calling its listen(), multi-node gives it the socket",
  );
}

function isListener(what: string, { name }: { name: string }, cause?: Error): UsageError {
  const listener = name === "" ? "listener" : name;
  const instead = `pass createServer(${listener}), or a function without parameters that returns a server`;
  const message = `${what} seems to be a listener for requests or connections, where a server is taken: ${instead}`;
  return new UsageError("MN_ERR_SERVER_TYPE", message, cause);
}

function wrongType(what: string, value: unknown): UsageError {
  return new UsageError(
    "MN_ERR_SERVER_TYPE",
    `${what}: an http, https, http2, tls or net server, or a function that returns one, is taken, got ` +
      inspect(value, { depth: 0, maxStringLength: 100, breakLength: Number.POSITIVE_INFINITY }),
  );
}
