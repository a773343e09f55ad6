// Servers with which a program only looks whether a port is free: they accept nothing.
import { HandedSocket } from "../serve/handed-socket.js";
import type { AcceptingHandle, SocketHandle } from "../serve/handles.js";
import type { Query } from "./cluster-seam.js";

/** Milliseconds in which a program closes such a server. */
const TRIAL_MS = 100;

/** Listens nowhere, and tells of the address that was asked for. */
export function standInFor({ address, port, addressType }: Query): HandedSocket {
  const family = addressType === 4 ? "IPv4" : "IPv6";
  return new HandedSocket({ address: address ?? "::", family, port }, () => {});
}

/** Calls when it is no trial after all. */
export function whenItStays(standIn: HandedSocket, call: () => void): void {
  setTimeout(() => {
    if (standIn.isOpen) call();
  }, TRIAL_MS).unref();
}

/**
 * Lets a server accept from a socket that others listen on only once the program has had its turn to close it: what such a
 * server accepts is lost.
 * @param failed called with the number of a system error
 */
export function acceptNextTurn(handle: SocketHandle, failed: (status: number) => void): void {
  // The master asks before it hands anything over.
  if (handle instanceof HandedSocket) return;
  const accepting = handle as AcceptingHandle;
  const listen = accepting.listen.bind(accepting);
  const close = accepting.close.bind(accepting);
  let state: "open" | "closed" = "open";
  accepting.listen = (backlog) => {
    setImmediate(() => {
      const status = state === "open" ? listen(backlog) : 0;
      if (status !== 0) failed(status);
    });
    return 0;
  };
  accepting.close = (...args: []) => {
    state = "closed";
    close(...args);
  };
}
