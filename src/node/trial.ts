// Servers with which a program only looks whether a port is free that other nodes have: they listen nowhere.
import { HandedSocket } from "../serve/handed-socket.js";
import type { Query } from "./cluster-seam.js";

/** Milliseconds in which a program closes such a server. */
const TRIAL_MS = 100;

/** Listens nowhere, and tells of the address that was asked for. */
export function standInFor({ address, port, addressType }: Query): HandedSocket {
  const family = address !== null && addressType === 4 ? "IPv4" : "IPv6";
  return new HandedSocket({ address: address ?? "::", family, port }, () => {});
}

/** Calls when it is no trial after all. */
export function whenItStays(standIn: HandedSocket, call: () => void): void {
  setTimeout(() => {
    if (standIn.isOpen) call();
  }, TRIAL_MS).unref();
}
