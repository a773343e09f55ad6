// Pure: who wants in and who may get the connection, as policies and users' functions see them.

/** A process that may get the connection. */
export interface Candidate {
  /** `node-1`, `node-2`, …, never used twice; `master` where it serves too. */
  readonly id: string;
  /** How many connections it holds or is about to get, idle ones included. */
  readonly connections: number;
  /** The share of the last second in which its event loop was busy, 0 to 1; 0 as long as it has told nothing. */
  readonly utilization: number;
}

/**
 * The other end of a connection that a process is chosen for. After a PROXY header the remote address and port are
 * those of the client that the header names, not those of the proxy; the local ones are always this machine's.
 */
export interface Client {
  /** Without brackets, as in `socket.remoteAddress`; "" for a Unix socket. */
  readonly remoteAddress: string;
  /** 0 for a Unix socket. */
  readonly remotePort: number;
  /** Without brackets, as in `socket.localAddress`; "" for a Unix socket. */
  readonly localAddress: string;
  /** 0 for a Unix socket. */
  readonly localPort: number;
  /**
   * What the client sent first, a PROXY header not included; the server still gets all of it. `undefined` where the
   * first bytes were not asked for, or none came.
   */
  readonly firstBytes: Buffer | undefined;
}
