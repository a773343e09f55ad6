// What a process does for the object that listen() returned, whether it is the master or a node.
import type { AddressInfo, Server, Socket } from "node:net";
import type { Port } from "./options.js";

/** A process of the service, as the others see it. */
export interface Peer {
  /** `master`, or `node-1`, `node-2`, …; never used twice. */
  id: string;
  pid: number;
  isMaster: boolean;
  /** Milliseconds since the epoch at which it started. */
  since: number;
}

/** How a node ended. */
export interface NodeExit {
  id: string;
  pid: number;
  /** Its exit code, `null` when a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Milliseconds that it lived. */
  uptime: number;
  /** The last error that it wrote before it ended, if any. */
  lastError: string | undefined;
}

/** What comes with the `drain` event. */
export interface Drain {
  /** Milliseconds since the epoch at which what is still open is cut. */
  deadline: number;
  /** Aborts at the deadline. */
  signal: AbortSignal;
}

/** The events of a service. */
export interface Events {
  /** Once for each other process, master included, with a stream of bytes in both directions. */
  node: [stream: Socket, peer: Peer];
  /** In a serving process: it listens. In the master: the first node serves. Once for each port. */
  listening: [address: AddressInfo | string];
  /** In the processes that serve: new connections go elsewhere; a promise that the listener returns is waited for. */
  drain: [Drain];
  /** In the master: a node has ended. */
  exit: [NodeExit];
  /** The address cannot be had, the server cannot be made, no node starts. Throws when nobody listens. */
  error: [Error];
  /** The service has ended in this process. */
  close: [];
}

/** A server, or a function that makes one and runs only in the processes that serve. */
export type ServerSource = Server | (() => Server | Promise<Server>);

/** A port of the service. */
export interface Listener {
  /** Where it listens: address, family and port, or a path; `null` until that is known. */
  address(): AddressInfo | string | null;
}

export interface Role {
  readonly self: Peer;
  readonly peers: Peer[];
  /** Resolves in a serving process when it serves, in the master when all nodes do. Rejects when that fails. */
  readonly ready: Promise<void>;
  listen(port: Port, source: ServerSource): Listener;
  close(): Promise<void>;
}

/** The way from a role to the listeners of the object that listen() returned. */
export interface Outlet {
  node(stream: Socket, peer: Peer): void;
  /** That process has ended. */
  left(id: string): void;
  listening(address: AddressInfo | string): void;
  /** Resolves when every listener has. */
  drain(drain: Drain): Promise<void>;
  exit(exit: NodeExit): void;
  /** Returns whether anybody listens. */
  error(error: Error): boolean;
  close(): void;
}
