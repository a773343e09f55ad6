// Connections that are all read into the same memory: for each read, Node would make some anew.
import { connect, type Socket } from "node:net";

/** How much is read at once at most. */
const SIZE: number = 256 * 1024;

let memory: Buffer | undefined;

/**
 * Connects to the socket at `path`. What "data" listeners get is good only until they return; `read()` gives copies.
 */
export function connectSharingReads(path: string): Socket {
  memory ??= Buffer.allocUnsafeSlow(SIZE);
  const buffer = memory;
  const callback = (size: number): boolean => {
    deliver(socket, buffer.subarray(0, size));
    return true;
  };
  const socket: Socket = connect({ path, onread: { buffer, callback } });
  return socket;
}

/** What came before, and still waits to be read, stays in front. */
function deliver(socket: Socket, bytes: Buffer): void {
  if (socket.readableFlowing === true && socket.readableLength === 0) socket.emit("data", bytes);
  else socket.push(Buffer.from(bytes));
}
