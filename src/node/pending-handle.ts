// Stands for the socket of a server while the master is asked for it, so that a second listen() is refused as in plain Node.

export class PendingHandle {
  readonly fd = -1;

  /** Leaves the server without a handle, unless the program has closed it meanwhile. */
  leave(server: { _handle: object | null }): void {
    if (server._handle === this) server._handle = null;
  }

  /** Called by node:net, which learns from the number of the call that it was in vain. */
  close(): void {}

  ref(): void {}

  unref(): void {}

  /** The master makes the mode of a Unix socket's file. */
  fchmod(): number {
    return 0;
  }
}
