// Node's own handles below its sockets and servers: what is held, inherited, accepted and handed over.
import net, { type AddressInfo } from "node:net";

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

/** A handle that knows where it is bound, as those of TCP do. */
export interface BoundHandle extends AcceptingHandle {
  getsockname?(address: object): number;
}

/** The handle of a Unix socket. */
export interface PipeHandle extends BoundHandle {
  /** Changes the mode of its file, by path. Takes 1 for readable and 2 for writable by all, or the sum. */
  fchmod(access: number): number;
}

interface NetInternals {
  _createServerHandle(
    address: string | null,
    port: number | null,
    family: number | null,
    fd: number | undefined,
    flags?: number,
  ): BoundHandle | number;
}

/**
 * The function behind server.listen() that binds without listening; node:cluster uses it too.
 * @returns the number of a system error where it cannot
 */
export function bindHandle(address: string, port: number, family: number, flags: number): BoundHandle | number {
  return (net as unknown as NetInternals)._createServerHandle(address, port, family, undefined, flags);
}

/**
 * The handle of a listening socket that this process was started with.
 * @throws Error EBADF where there is none
 */
export function openDescriptor(fd: number): BoundHandle {
  const handle = (net as unknown as NetInternals)._createServerHandle(null, null, null, fd);
  if (typeof handle !== "number") return handle;
  throw Object.assign(new Error(`descriptor ${fd} is no socket`), { code: "EBADF" });
}
