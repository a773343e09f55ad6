// The handles below the sockets of node:dgram, as node:cluster passes them around: bound, inherited, sent.
import type { Socket, SocketType } from "node:dgram";
import type { AddressInfo } from "node:net";
import { MultiNodeError } from "../errors.js";
import type { SocketAddress } from "../protocol.js";
import type { SocketHandle } from "./handles.js";

/** Each function returns 0, or the negative number of a system error. */
export interface UdpHandle extends SocketHandle {
  /** Called with the number of bytes, or with the negative number of a system error. */
  onmessage?: (bytes: number, ...rest: unknown[]) => void;
  bind(address: string, port: number, flags: number): number;
  connect: (address: string, port: number) => number;
  connect6: (address: string, port: number) => number;
  disconnect(): number;
  recvStart(): number;
  recvStop(): number;
  getsockname(address: object): number;
  getpeername: (address: object) => number;
  addMembership(...group: MulticastGroup): number;
  dropMembership(...group: MulticastGroup): number;
  addSourceSpecificMembership(...group: MulticastGroup): number;
  dropSourceSpecificMembership(...group: MulticastGroup): number;
}

/** The addresses of a group and of the interface; before them the source, where only one is wanted. */
export type MulticastGroup = (string | undefined)[];

/** What node:dgram keeps of a socket under a symbol of this name; node:cluster relies on it too. */
const STATE = "state symbol";

/** A new handle, not bound yet. node:dgram has no public way to one since Node 26, so it is taken from a new socket. */
export function makeUdpHandle(type: string): UdpHandle {
  return takeHandle(process.getBuiltinModule("node:dgram").createSocket(type as SocketType));
}

/**
 * The handle of a UDP socket that this process was started with; it does not receive yet.
 * @throws Error EBADF where the descriptor is no UDP socket
 */
export function openUdpDescriptor(fd: number): UdpHandle {
  const socket = process.getBuiltinModule("node:dgram").createSocket("udp4");
  try {
    socket.bind({ fd, exclusive: true });
  } catch {
    socket.close();
    throw Object.assign(new Error(`descriptor ${fd} is no UDP socket`), { code: "EBADF" });
  }
  // Nothing has been received: the event loop has not turned since.
  udpHandleOf(socket)?.recvStop();
  return takeHandle(socket);
}

/** @returns `undefined` where the socket is closed */
export function udpHandleOf(socket: Socket): UdpHandle | undefined {
  return stateOf(socket).handle ?? undefined;
}

/** Where a handle is bound. */
export function udpAddress(handle: UdpHandle): SocketAddress {
  const address = {} as AddressInfo;
  handle.getsockname(address);
  return { ...address, transport: "udp" };
}

function takeHandle(socket: Socket): UdpHandle {
  const state = stateOf(socket);
  const { handle } = state;
  if (handle === null) throw new MultiNodeError("MN_ERR_BIND", "this version of Node keeps UDP sockets elsewhere");
  state.handle = null;
  return handle;
}

function stateOf(socket: Socket): { handle: UdpHandle | null } {
  const symbol = Object.getOwnPropertySymbols(socket).find(({ description }) => description === STATE);
  return (symbol && Reflect.get(socket, symbol)) ?? { handle: null };
}
