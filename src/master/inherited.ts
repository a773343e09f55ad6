// Sockets that this process got from whoever started it: an old master that it replaces, or systemd.
import { fstatSync, readFileSync, readlinkSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { isAlive } from "../alive.js";
import { canonicalAddress } from "../ip-address.js";
import type { NamedPort, Port, UdpPort } from "../port-options.js";
import type { SocketAddress, SocketKey } from "../protocol.js";
import { isUdp } from "../socket-key.js";
import { type AcceptingHandle, openDescriptor } from "../serve/handles.js";
import { openUdpDescriptor, udpAddress, type UdpHandle } from "../serve/udp-handles.js";
import { HANDOVER_VARIABLE, type Handover, type InheritedSocket } from "./handover.js";
import { fixedAddressOf, isSame } from "./overlap.js";

/** A socket that is bound already. */
export interface BoundSocket {
  handle: AcceptingHandle | UdpHandle;
  address: SocketAddress | string;
  file?: { dev: number; ino: number };
}

/** systemd hands over descriptors from this one on (sd_listen_fds(3)). */
const FIRST_SYSTEMD_FD = 3;

/** What the old master said, read once; `undefined` where there is none. */
export const handover: Handover | undefined = readHandover();

/** Where descriptors of whoever started this process may be; those of its own come behind them, one by one. */
const FIRST_FD = 3;
const LAST_FD = 31;

export class InheritedSockets {
  /** What a hosted program may ask for by its number. */
  readonly #descriptors: Set<number>;
  readonly #programs: "own" | "hosted";
  readonly #handed: InheritedSocket[] = [...(handover?.sockets ?? [])];
  readonly #activated: BoundSocket[] = systemdDescriptors().flatMap(socketOf);

  /** @param programs whether a hosted program may want any socket that this process was started with */
  constructor(programs: "own" | "hosted" = "own") {
    this.#programs = programs;
    this.#descriptors = new Set(programs === "hosted" ? socketDescriptors() : []);
  }

  /** The socket for an address, if it was inherited; each is given once. */
  take(key: SocketKey, port: Port): BoundSocket | undefined {
    const handed = this.#handed.findIndex((socket) => socket.key === key || isHandedFor(key, port, socket));
    if (handed >= 0) return this.#handed.splice(handed, 1).map(open)[0];
    if ("fd" in port) return this.#takeDescriptor(port.fd);
    const activated = this.#activated.findIndex(({ address }) => isFor(port, address));
    return activated >= 0 ? this.#activated.splice(activated, 1)[0] : undefined;
  }

  #takeDescriptor(fd: number): BoundSocket | undefined {
    if (!this.#descriptors.delete(fd)) return undefined;
    const activated = this.#activated.findIndex(({ handle }) => handle.fd === fd);
    return activated >= 0 ? this.#activated.splice(activated, 1)[0] : socketOf(fd)[0];
  }

  /** All that an old master handed over, where only the program knows whether it wants them. */
  takeHanded(): (BoundSocket & { key: SocketKey })[] {
    if (this.#programs === "own") return [];
    return this.#handed.splice(0).map((socket) => ({ key: socket.key, ...open(socket) }));
  }

  /** Lets go what the program has no use for any more; a hosted one may always ask for more. */
  closeRest(): void {
    if (this.#programs === "hosted") return;
    for (const { handle } of [...this.#handed.splice(0).map(open), ...this.#activated.splice(0)]) handle.close();
  }
}

function open({ fd, address, file }: InheritedSocket): BoundSocket {
  return { handle: isUdp({ address }) ? openUdpDescriptor(fd) : openDescriptor(fd), address, ...(file && { file }) };
}

function readHandover(): Handover | undefined {
  const text = process.env[HANDOVER_VARIABLE];
  delete process.env[HANDOVER_VARIABLE];
  if (text === undefined || process.send === undefined) return undefined;
  const told = JSON.parse(text) as Handover;
  // Where the old master has died meanwhile, its sockets are all the more this one's.
  return told.master === process.ppid || !isAlive(told.master) ? told : undefined;
}

function socketDescriptors(): number[] {
  // `null` once the channel is closed, as when an old master was killed while this process started.
  const channel = process.channel as { fd?: number } | null | undefined;
  const candidates = Array.from({ length: LAST_FD - FIRST_FD + 1 }, (_, index) => FIRST_FD + index);
  return candidates.filter((fd) => fd !== channel?.fd && isSocket(fd));
}

function isSocket(fd: number): boolean {
  try {
    return fstatSync(fd).isSocket();
  } catch {
    return false;
  }
}

function systemdDescriptors(): number[] {
  const { LISTEN_PID, LISTEN_FDS } = process.env;
  for (const name of ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"]) delete process.env[name];
  if (LISTEN_PID !== String(process.pid)) return [];
  return Array.from({ length: Number(LISTEN_FDS) || 0 }, (_, index) => FIRST_SYSTEMD_FD + index);
}

/** Nothing for what is neither a listening socket nor a UDP socket. */
function socketOf(fd: number): BoundSocket[] {
  for (const open of [listeningSocketOf, udpSocketOf]) {
    try {
      return open(fd);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EBADF") throw error;
    }
  }
  return [];
}

function udpSocketOf(fd: number): BoundSocket[] {
  const handle = openUdpDescriptor(fd);
  return [{ handle, address: udpAddress(handle) }];
}

function listeningSocketOf(fd: number): BoundSocket[] {
  const path = unixPathOf(fd);
  const handle = openDescriptor(fd);
  if (path !== undefined) return [{ handle, address: path }];
  const address: Partial<AddressInfo> = {};
  return handle.getsockname?.(address) === 0 ? [{ handle, address: address as AddressInfo }] : [];
}

/** Node does not tell the path of a Unix socket that it did not bind; the system's table does. */
function unixPathOf(fd: number): string | undefined {
  try {
    const inode = /\d+/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[0];
    const lines = readFileSync("/proc/net/unix", "utf8").split("\n");
    return lines.map((line) => line.trim().split(/\s+/)).find((fields) => fields[6] === inode)?.[7];
  } catch {
    return undefined;
  }
}

/** The program may spell the address in another way than the one before. */
function isHandedFor(key: SocketKey, port: Port, socket: InheritedSocket): boolean {
  const address = fixedAddressOf(port);
  return address !== undefined && isSame({ key, address }, socket);
}

function isFor(port: NamedPort | UdpPort, address: SocketAddress | string): boolean {
  if ("path" in port) return address === port.path;
  if (typeof address === "string" || isUdp({ address }) !== "udp" in port) return false;
  if ("udp" in port) return address.port === port.udp.port && isEqual(port.udp.address, address);
  if (address.port !== port.port) return false;
  return port.host === undefined || isEqual(port.host, address) || (port.host === "localhost" && isLoopback(address));
}

function isEqual(host: string, { address }: AddressInfo): boolean {
  return canonicalAddress(host) === canonicalAddress(address);
}

function isLoopback({ address }: AddressInfo): boolean {
  return address === "::1" || address.startsWith("127.");
}
