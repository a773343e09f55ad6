// What a process does for the object that listen() returned, whether it is the master or a node.
import type { AddressInfo, Server, Socket } from "node:net";
import type { NamedPort } from "./port-options.js";
import type { Beat, SocketAddress } from "./protocol.js";

/** A process of the service, as the others see it. */
export interface Peer {
  /** `master`, or `node-1`, `node-2`, …; never used twice. */
  id: string;
  pid: number;
  isMaster: boolean;
  /** Milliseconds since the epoch at which it started. */
  since: number;
}

/** Why a node ended. */
export type ExitReason =
  /** Of its own accord, by an error or by a signal that was not ours. */
  | "died"
  /** In order, as it was told to, or killed because that took too long. */
  | "drained"
  /** Killed, as its event loop did not turn. */
  | "hung"
  /** Killed, as it did not serve in time. */
  | "not-ready";

/** What becomes of nodes, for whoever watches. */
export type Progress =
  /** It has come to this state. */
  { type: "node"; id: string; place: number; state: string } | { type: "exit"; exit: NodeExit };

/** How a node ended. */
export interface NodeExit {
  id: string;
  pid: number;
  /** Its exit code, `null` when a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Milliseconds that it lived. */
  uptime: number;
  reason: ExitReason;
  /** The last error that it wrote before it ended, or where it hung; `undefined` if there is none. */
  lastError: string | undefined;
}

/** What is known of a service: see status(). */
export interface Status {
  /** What the service is called; see the option `name`. */
  name: string;
  /** The program that its nodes run, and the folder that they run it in. */
  script: string;
  cwd: string;
  /** Where it listens; a UDP port has `transport: "udp"`. */
  addresses: (SocketAddress | string)[];
  /** The master's process id. */
  pid: number;
  /** Milliseconds since the epoch at which the master started. */
  since: number;
  /** How many nodes are wanted, the master not counted. */
  wanted: number;
  /** Whether a rolling reload is under way. */
  reloading: boolean;
  /** With a `balance` other than "shared": what became of the connections that the master accepts. */
  accepted: AcceptedCounts | undefined;
  nodes: NodeStatus[];
}

/** What the master has accepted. */
export interface AcceptedCounts {
  /** Connections that nobody has taken yet. */
  waiting: number;
  /** Open connections of each process that takes them, by its id: what least-connections goes by. */
  held: Record<string, number>;
  /** How many were closed as they did not begin with the header of the PROXY protocol. */
  malformed: number;
}

/** What is known of one node. */
export interface NodeStatus {
  id: string;
  pid: number | undefined;
  /** Which of the wanted nodes it is, from 0. */
  place: number;
  state: string;
  /** Milliseconds since the epoch at which it was started. */
  since: number;
  /** How many nodes of this place have died before. */
  restarts: number;
  /** How the last one of this place ended, if one did. */
  lastExit: NodeExit | undefined;
  /** What it told last; `undefined` until it tells something. */
  vitals: Beat | undefined;
}

/** What comes with the `reload` event. */
export type ReloadEvent = { state: "started" } | { state: "done" } | { state: "failed"; error: Error };

/** What comes with the `drain` event. */
export interface Drain {
  /** Milliseconds since the epoch at which what is still open is cut. */
  deadline: number;
  /** Aborts at the deadline. */
  signal: AbortSignal;
}

/** What comes with the `replaced` event. */
export interface Replaced {
  /** The process id of the new master. */
  pid: number;
}

/** The events of a service. */
export interface Events {
  /** Another process is there, and hears what is published and called from now on. Before its `node`. */
  join: [peer: Peer];
  /** It is gone: no message of it comes any more. */
  leave: [peer: Peer];
  /** Once for each other process, master included, with a stream of bytes in both directions. */
  node: [stream: Socket, peer: Peer];
  /** In a serving process: it listens. In the master: the first node serves. Once for each port. */
  listening: [address: AddressInfo | string];
  /** In the processes that serve: new connections go elsewhere; a promise that the listener returns is waited for. */
  drain: [Drain];
  /** In the master: a node has ended. */
  exit: [NodeExit];
  /** In a master that SIGUSR2 has replaced: the new one is in charge once the promises that listeners return have resolved. */
  replaced: [Replaced];
  /** In the master: a rolling reload goes on. */
  reload: [ReloadEvent];
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
  /** Resolves in a serving process when it serves, in the master when all nodes do. Rejects when that fails. */
  readonly ready: Promise<void>;
  listen(port: NamedPort, source: ServerSource): Listener;
  reload(): Promise<void>;
  resize(nodes: number): Promise<void>;
  status(): Promise<Status>;
  close(): Promise<void>;
}

/** The way from a role to the listeners of the object that listen() returned. */
export interface Outlet {
  /** What listen() returned, for those who look inside; not there where the program has not called it. */
  readonly nodes?: object;
  /** The connection to another process for messages and calls. Resolves when each knows what the other wants to hear. */
  link(stream: Socket, peer: Peer, side: "dialer" | "acceptor"): Promise<void>;
  /**
   * Other processes that are there already or were started: each joins, or `left` tells that it has ended.
   */
  expect(ids: readonly string[]): void;
  /** This process has joined those that are there, or has tried for long enough. */
  joined(): void;
  /** Resolves when all messages are out. */
  flush(): Promise<void>;
  node(stream: Socket, peer: Peer): void;
  /** That process has ended. */
  left(id: string): void;
  listening(address: AddressInfo | string): void;
  /** Resolves when every listener has. */
  drain(drain: Drain): Promise<void>;
  exit(exit: NodeExit): void;
  /** Resolves when every listener has. */
  replaced(replaced: Replaced): Promise<void>;
  reload(event: ReloadEvent): void;
  /** Returns whether anybody listens. */
  error(error: Error): boolean;
  close(): void;
}
