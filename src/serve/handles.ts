// Node's own handles below its sockets and servers: what is held, inherited, accepted and handed over.
import type { AddressInfo } from "node:net";

/** The handle behind a listening socket, as node:cluster too passes it around. */
export interface SocketHandle {
  readonly fd: number;
  close(): void;
}

/** An accepted connection, of TCP or of a Unix socket. */
export interface ClientHandle extends SocketHandle {
  /** Bytes that were read until now. */
  readonly bytesRead: number;
  /** Called with what was read, perhaps with more space behind it; without bytes at the end, and when reading fails. */
  onread: (bytes: ArrayBuffer | undefined) => void;
  readStart(): number;
  readStop(): number;
  getpeername?(address: Partial<AddressInfo>): number;
  getsockname?(address: Partial<AddressInfo>): number;
}

/** A socket that is bound, and may listen. */
export interface AcceptingHandle extends SocketHandle {
  onconnection: ((status: number, client: ClientHandle | undefined) => void) | undefined;
  /** Returns 0, or the number of a system error. */
  listen(backlog: number): number;
}
