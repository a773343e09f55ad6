// Stands in for a listening socket where the connections were accepted elsewhere and are handed over one by one.
import type { AddressInfo, Server, Socket } from "node:net";
import type { ClientHandle } from "./handles.js";
import { Lifeline } from "./lifeline.js";
import { observe } from "./observe.js";
import { whenDestroyed } from "./socket-end.js";

/** An accepted connection, with what was read of it and learned about it before. */
export interface Arrival {
  readonly handle: ClientHandle;
  /** To be read before anything else. */
  readonly firstBytes: Buffer | undefined;
  /** Whom a proxy has told to be behind it. */
  readonly proxied: AddressInfo | undefined;
}

/**
 * A handle as node:cluster's workers have one for round robin: node:net treats it as its own listening socket, so all
 * that a server does with a new connection (limits, options, events) is done by node:net itself.
 */
export class HandedSocket {
  readonly fd = -1;
  /** Set by node:net once the server listens. */
  onconnection: ((status: number, handle: ClientHandle) => void) | undefined;
  /** As with Node's own handles there is none for a path, so that server.address() tells the same. */
  readonly getsockname: ((told: object) => number) | undefined;
  readonly #onEnded: () => void;
  /** The connection that is being given to the server, until that has a stream of it. */
  #arrival: Arrival | undefined;
  #state: "open" | "closed" = "open";
  #detach: (() => void) | undefined;
  /** Held while a server listens. */
  #lifeline: Lifeline | undefined;

  /** @param onEnded called for each connection that was taken once it is closed */
  constructor(address: AddressInfo | string, onEnded: () => void) {
    if (typeof address === "object") this.getsockname = (told) => tell(told, address);
    this.#onEnded = onEnded;
  }

  /** Whose connections these are from now on. */
  attach(server: Server): void {
    this.#detach = observe(server, "connection", (socket: Socket) => {
      // A program may give its server connections of its own.
      if (this.#arrival === undefined) return;
      const { firstBytes } = this.#arrival;
      this.#arrival = undefined;
      if (firstBytes !== undefined) socket.unshift(firstBytes);
      whenDestroyed(socket, this.#onEnded);
    });
  }

  /** Whether a server listens. */
  get isOpen(): boolean {
    return this.#state === "open" && this.onconnection !== undefined;
  }

  /** Gives a connection to the server, while open. */
  take(arrival: Arrival): void {
    const { handle, proxied } = arrival;
    if (proxied !== undefined) impersonate(handle, proxied);
    this.#arrival = arrival;
    try {
      this.onconnection?.(0, handle);
    } finally {
      // Where the server's own limits have closed it, there was no stream.
      if (this.#arrival !== undefined) this.#onEnded();
      this.#arrival = undefined;
    }
  }

  listen(): number {
    this.#lifeline ??= new Lifeline();
    return 0;
  }

  close(): void {
    this.#state = "closed";
    this.#detach?.();
    this.#lifeline?.cut();
  }

  ref(): void {
    this.#lifeline?.ref();
  }

  unref(): void {
    this.#lifeline?.unref();
  }
}

/** TLS asks the handle below it for the address, so it is here that all learn of it. */
function impersonate(handle: ClientHandle, { address, family, port }: AddressInfo): void {
  handle.getpeername = (told) => tell(told, { address, family, port });
}

/** In the way of Node's handles. */
function tell(told: object, address: AddressInfo): number {
  Object.assign(told, address);
  return 0;
}
