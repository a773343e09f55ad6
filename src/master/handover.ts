// What an old master and the new one that replaces it say to each other.
import type { SocketInfo, TicketKeys } from "../protocol.js";

/** The variable through which a new master learns that it replaces an old one; removed as soon as read. */
export const HANDOVER_VARIABLE = "MULTI_NODE_HANDOVER";

/** What an old master hands over to a new one. */
export interface Handover {
  /** The old master's process id. */
  master: number;
  sockets: InheritedSocket[];
  /** The number of the node that was started last: ids go on from there. */
  lastNode: number;
}

/** A held socket, and under which descriptor the new master has it. */
export interface InheritedSocket extends SocketInfo {
  fd: number;
}

/** From a new master to the one that it replaces. */
export type SuccessorMessage =
  /** It has used the numbers of nodes up to this one. */
  | { type: "numbered"; lastNode: number }
  /** All its nodes serve. */
  | { type: "serving" };

/** Keys of TLS session tickets, and when they were made. */
export interface HandedTicketKeys extends TicketKeys {
  madeAt: number;
}

/** From a master to the one that replaces it. */
export type PredecessorMessage =
  /** Sent at once: what is secret, and so neither in its environment nor in its arguments. */
  | { type: "ticket-keys"; all: HandedTicketKeys[] }
  /** The answer to `serving`: the old master is no longer in charge, and has used this number last, if it has used one since. */
  | { type: "replaced"; lastNode: number | undefined };
