// node:dgram in a program that knows nothing of this package: the master holds its UDP ports, all nodes receive on them.
import type { Socket } from "node:dgram";
import { constants } from "node:os";
import { BindError, type MultiNodeError } from "../errors.js";
import type { Port, UdpAddress } from "../port-options.js";
import type { SocketAddress, SocketKey } from "../protocol.js";
import type { ListeningSocket } from "../serve/server.js";
import type { Service } from "../serve/service.js";
import { makeUdpHandle, openUdpDescriptor, udpAddress, type UdpHandle, udpHandleOf } from "../serve/udp-handles.js";
import type { Answer, UdpQuery } from "./cluster-seam.js";
import { isErrorHeard } from "./error-heard.js";
import { type NodeSockets, RefusedError } from "./node-sockets.js";
import type { ReadyGate } from "./ready-gate.js";
import { share } from "./shared-udp.js";

export interface UdpHostingOptions {
  /** Ports that are left to Node. */
  exclusive: readonly number[];
  sockets: NodeSockets;
  /** Holds back what receives until the program says that it is ready; `undefined` where it need not say so. */
  gate: ReadyGate | undefined;
  service: Pick<Service, "watchUdp">;
  /** Whether this node ends: then it is not the program that closes sockets. */
  ends: () => boolean;
  /** Told of an exclusive port that another process has, where the program does not listen for that. */
  without: (port: number) => void;
  /** Told of a socket that cannot be had, where the program does not listen for that. */
  failed: (error: Error) => void;
  /** Told once the program receives on a socket; without a name where this process alone has the port. */
  bound: (socket: Socket, address: SocketAddress, key: SocketKey | undefined) => void;
}

export class UdpHosting {
  readonly #options: UdpHostingOptions;

  constructor(options: UdpHostingOptions) {
    this.#options = options;
  }

  /** Gives a socket what it is to be bound to, or the system's error. */
  bind(socket: Socket, query: UdpQuery, answer: Answer): void {
    const port = portOf(query);
    const isExclusive = this.#options.exclusive.includes(Number(query.port));
    // Without a port it is a client, and the answers to what it sends are for this process alone.
    if (port === undefined || isExclusive) return this.#bindAlone(socket, query, answer);
    void this.#give(socket, port, answer);
  }

  async #give(socket: Socket, port: Port, answer: Answer): Promise<void> {
    const { sockets } = this.#options;
    let key: SocketKey | undefined;
    try {
      key = sockets.ports.claim(port);
      const name = key;
      const handle = handleOf(await sockets.take(key, port));
      // What the program throws as it hears of its socket is its own error, and no rejected promise of ours.
      process.nextTick(() => this.#attach(socket, name, handle, answer));
    } catch (error) {
      if (key !== undefined) sockets.ports.release(key);
      process.nextTick(() => this.#refuse(socket, error as MultiNodeError, answer));
    }
  }

  #attach(socket: Socket, key: SocketKey, handle: UdpHandle, answer: Answer): void {
    const { sockets, ends, gate } = this.#options;
    gate?.guardUdp(handle);
    const close = handle.close.bind(handle);
    handle.close = (...args: []) => {
      close(...args);
      if (!ends()) sockets.release(key);
    };
    share(handle, socket);
    answer(0, handle);
    this.#onBound(socket, handle, key);
  }

  #bindAlone(socket: Socket, { addressType, address, port, flags = 0 }: UdpQuery, answer: Answer): void {
    const handle = makeUdpHandle(String(addressType));
    const status = handle.bind(address ?? "", Number(port ?? 0), flags);
    if (status === 0) {
      answer(0, handle);
      if (Number(port) > 0) this.#onBound(socket, handle, undefined);
      return;
    }
    handle.close();
    if (status === -constants.errno.EADDRINUSE && !isErrorHeard(socket)) return this.#options.without(Number(port));
    answer(status, null);
  }

  /** Unless the program has closed it as soon as it heard of it. */
  #onBound(socket: Socket, handle: UdpHandle, key: SocketKey | undefined): void {
    if (udpHandleOf(socket) !== handle) return;
    this.#options.service.watchUdp(socket);
    this.#options.bound(socket, udpAddress(handle), key);
  }

  #refuse(socket: Socket, error: MultiNodeError, answer: Answer): void {
    // The program has closed the socket meanwhile.
    if (udpHandleOf(socket) === undefined) return;
    if (isErrorHeard(socket)) answer(statusOf(error), null);
    else this.#options.failed(error);
  }
}

/** `undefined` where the program asks for no port. */
function portOf({ addressType, address, port, fd, flags }: UdpQuery): Port | undefined {
  if (typeof fd === "number" && fd >= 0) return { fd, backlog: 0 };
  if (port === undefined || port === null) return undefined;
  const type = addressType as UdpAddress["type"];
  return { udp: { type, address: address ?? "", port: Number(port) & 0xff_ff, flags: flags ?? 0 } };
}

function handleOf(socket: ListeningSocket): UdpHandle {
  if ("fd" in socket) return openUdpDescriptor(socket.fd);
  if ("handle" in socket && "recvStop" in socket.handle) return socket.handle as UdpHandle;
  throw new BindError("MN_ERR_BIND", "this socket is not of UDP");
}

function statusOf(error: MultiNodeError): number {
  const inUse = error.code === "MN_ERR_PORT_IN_USE" ? "EADDRINUSE" : "EINVAL";
  const name = error instanceof RefusedError ? error.system : inUse;
  return -((constants.errno as Record<string, number>)[name] ?? constants.errno.EINVAL);
}
