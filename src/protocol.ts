// Every message that crosses between the master and a node over their IPC channel, one union per direction.
import type { AddressInfo } from "node:net";
import type { Hosting } from "./options.js";
import type { Port } from "./port-options.js";

/** The variable through which a node learns at its start what it is; removed from its environment as soon as read. */
export const BOOT_VARIABLE = "MULTI_NODE_BOOT";

/** What a node is told when it starts. Holds no secret: the token comes over the IPC channel. */
export interface Boot {
  id: string;
  /** The master's process id: a grandchild that inherited the variable is no node. */
  master: number;
  /** The mesh's private folder. */
  folder: string;
  /** The held sockets that were known at the start; the master itself accepts from those without a descriptor. */
  sockets: (SocketInfo & { fd?: number })[];
  /** The cookie by which clients come back to its slot: the name, and the slot as value. */
  stickyCookie?: { name: string; slot: string };
  /** What a program is to know that does not call listen() of this package itself. */
  hosted?: HostedSettings;
  /** What such a program is to listen on before it serves: all that the node does that came to serve last. */
  expected?: SocketKey[];
}

/** What a node of a program that knows nothing of this package keeps to. */
export interface HostedSettings extends Hosting {
  /** Milliseconds. */
  drainTimeout: number;
  /** In bytes, as the next one. */
  maxPayload: number;
  maxBufferedAmount: number;
}

/** The keys of TLS session tickets for one socket, in base64. */
export interface TicketKeys {
  key: SocketKey;
  keys: string;
}

/** The name of a held socket, the same in every process: see socket-key.ts. */
export type SocketKey = string;

/** A held socket, as every process knows it. */
export interface SocketInfo {
  key: SocketKey;
  /** What `address()` tells: address, family and port, or the path of a Unix socket. */
  address: SocketAddress | string;
  /** Which file a Unix socket is: removed by the last process only while it is still this one. */
  file?: { dev: number; ino: number };
}

/** Where a held socket is bound. */
export interface SocketAddress extends AddressInfo {
  /** Set for a UDP socket; all others are TCP. */
  transport?: "udp";
}

/** From the master to a node. */
export type ToNode =
  /** The first message: the mesh's secret, in hexadecimal. */
  | { type: "token"; token: string }
  /** The answer to `joined`: every process that joined before, each to be dialled, and those that have not joined yet. */
  | { type: "welcome"; peers: string[]; starting: string[] }
  /** A process was started: it joins, or `left` tells of its end. */
  | { type: "starting"; id: string }
  /** A process has ended; its streams end by themselves, but where nobody reads one, nobody would see that. */
  | { type: "left"; id: string }
  /** The answer to `bind` with the same key, where the socket may have got another before; the handle comes with it. */
  | { type: "socket"; key: SocketKey; socket: SocketInfo }
  /** Comes right behind each `socket`, whose handle gets lost where no descriptor is left, and the message with it. */
  | { type: "socket-sent"; key: SocketKey }
  /** The answer to `bind` where the master itself accepts. */
  | { type: "handed-socket"; key: SocketKey; socket: SocketInfo }
  /**
   * The answer to `bind` when the address cannot be had; `system` is the system's own code for why, `ours` what this
   * service holds of the same port.
   */
  | { type: "no-socket"; key: SocketKey; code: string; message: string; system: string; ours: SocketKey[] }
  /** The master has bound a socket: a hosted program that looks for a free port is not to find this one in use. */
  | { type: "held"; socket: SocketInfo }
  /** The master has let a socket go: what was inherited of it serves nothing any more. */
  | { type: "released"; key: SocketKey }
  /** The answer to `tls`, and comes again when the keys are replaced. */
  | ({ type: "ticket-keys" } & TicketKeys)
  /** The answer to `ask`. */
  | { type: "answer"; number: number; value: unknown }
  | { type: "refusal"; number: number; code: string; message: string }
  /** Somebody wants to look inside it; answered with `tool-begun` at once, then with `tool-answer` or `tool-refusal`. */
  | { type: "tool"; number: number; tool: Tool }
  /** The answer to `accept`: who connects there is not refused any more. */
  | { type: "opened"; key: SocketKey }
  /** A connection that the master has accepted, to be answered with `taken` or `refused`; its handle comes with it. */
  | ({ type: "connection" } & HandedConnection)
  /** The connection of this number was sent last and not answered: is it there? Handles get lost where no descriptor is left. */
  | { type: "missing"; number: number }
  /** Stop accepting, finish what is in flight within so many milliseconds, end. */
  | { type: "drain"; timeout: number; idle: IdleLimit };

/** Milliseconds that an idle connection may stay at most, `null` for as long as its server promised its client. */
export type IdleLimit = number | null;

/** From a node to the master. */
export type ToMaster = ToSupervisor | ToDispatcher | ToToolbox | ToUsage | ToOwnPorts | ToTicketStore;

/** A server of the node speaks TLS on this socket; answered with `ticket-keys`. */
export type ToTicketStore = { type: "tls"; key: SocketKey };

/** What a node says of ports that its program has for itself, as it asks for them with `exclusive: true`. */
export type ToOwnPorts = { type: "own-port" | "own-port-closed"; address: SocketAddress };

/** What a node says of the sockets that it has, by their names in the master. */
export type ToUsage =
  /** It listens on one that it has inherited or was sent. */
  | { type: "listening"; key: SocketKey }
  /** Its program has closed one, while the node itself goes on. */
  | { type: "closed"; key: SocketKey };

/** What a node answers to `tool`. */
export type ToToolbox =
  /** It has the order: its event loop turns. */
  | { type: "tool-begun"; number: number }
  | { type: "tool-answer"; number: number; value: unknown }
  | { type: "tool-refusal"; number: number; code: string; message: string };

/** What a node says of the connections that the master hands over. */
export type ToDispatcher =
  /** Its server is about to listen on this socket: who connects then is to be accepted; answered with `opened`. */
  | { type: "accept"; key: SocketKey }
  /** Its server for this socket takes connections that are handed over. */
  | { type: "open"; key: SocketKey }
  /** It has the connection of this number: whatever comes of it is its business now. Of others, so many have ended. */
  | { type: "taken"; number: number; ended?: number }
  /** It has no use for that connection: somebody else may. */
  | { type: "refused"; number: number }
  /** So many of the connections that it took have ended. */
  | { type: "ended"; count: number };

/** What a node says of itself. */
export type ToSupervisor =
  /** Its mesh socket accepts: tell it who is there, and tell it to those who come later. */
  | { type: "joined" }
  /** It wants a socket that was not known when it started. */
  | { type: "bind"; key: SocketKey; port: Port }
  /** Its first port is open, so it may have connections before it is ready: from now on it beats. */
  | { type: "accepting" }
  /** It serves. */
  | { type: "ready" }
  /** Its program has asked for a port of its own that another process has. */
  | { type: "port-taken"; address: SocketAddress }
  /** It cannot serve and is about to end. */
  | { type: "failed"; error: string }
  /** It stops accepting of its own accord. */
  | { type: "draining" }
  /** Its event loop turns, and this is how it fares. */
  | { type: "beat"; beat: Beat }
  /** Somebody in it wants something of the master; the number comes back with the answer. */
  | { type: "ask"; number: number; order: Order }
  /** Somebody in it called close(): the whole service is to end. */
  | { type: "close" };

/** A connection on its way from the master to a node. */
export interface HandedConnection {
  number: number;
  /** Which of the service's sockets it came to. */
  key: SocketKey;
  /** What the master has read of it already, in base64. */
  firstBytes?: string;
  /** Whom a proxy has told to be behind it. */
  proxied?: AddressInfo;
}

/** What every process may want of the master. */
export type Order =
  | { type: "reload" }
  | { type: "resize"; nodes: number }
  /** Replace one node, by its id. */
  | { type: "restart"; node: string }
  | { type: "status" };

/** What can be done inside a running node. Paths are absolute, and of files that are not there yet. */
export type Tool =
  /** A REPL for one client; answered with the path of the Unix socket that it waits at. */
  | { name: "repl" }
  /** Opens the inspector; answered with its address on loopback. It stays open until as many have ended that. */
  | { name: "inspect" }
  | { name: "end-inspect" }
  | { name: "profile"; duration: number; path: string }
  | { name: "heap"; path: string }
  | { name: "report"; path: string };

/** What a node tells about itself with each heartbeat. */
export interface Beat {
  /** Resident memory in bytes. */
  rss: number;
  /** Requests, or connections of servers that know no requests, that it has begun since it started. */
  served: number;
  /** Open connections. */
  connections: number;
  /** Share of the time since the last beat in which its event loop was busy, 0 to 1. */
  utilization: number;
  /** Milliseconds by which this beat came late: what a timer of the program waits too. */
  delay: number;
  /** CPU time since the last beat as a share of one core, all threads together. */
  cpu: number;
  /** Of `served`, how many a second since the last beat. */
  rate: number;
  /** Milliseconds from a request to the end of its answer, over the last seconds; `null` while there was none. */
  responseTime: { p50: number; p99: number } | null;
  /** Whether it may stand still on purpose: an inspector is open, or somebody takes a snapshot of its heap. */
  inspected: boolean;
}

export function isToToolbox(message: ToMaster): message is ToToolbox {
  return ["tool-begun", "tool-answer", "tool-refusal"].includes(message.type);
}

export function isToDispatcher(message: ToMaster): message is ToDispatcher {
  return ["accept", "open", "taken", "refused", "ended"].includes(message.type);
}

export function isToUsage(message: ToMaster): message is ToUsage {
  return message.type === "listening" || message.type === "closed";
}
