// What this process listens on, by the names that mean the same socket in every process.
import type { AddressInfo } from "node:net";
import { BindError } from "../errors.js";
import type { Port } from "../port-options.js";
import type { SocketInfo, SocketKey } from "../protocol.js";
import type { Listener } from "../role.js";
import { socketKey } from "../socket-key.js";

export class Ports {
  readonly #claimed = new Set<SocketKey>();
  readonly #sockets = new Map<SocketKey, SocketInfo>();
  readonly #freePorts = new Map<string, number>();

  /**
   * Takes the name of an address for this process.
   * @throws BindError MN_ERR_PORT_IN_USE when this service listens there already.
   */
  claim(port: Port): SocketKey {
    const base = socketKey(port, 0);
    const before = "udp" in port && base.endsWith("#1") ? this.#firstUnclaimed(port) : (this.#freePorts.get(base) ?? 0);
    const key = socketKey(port, before);
    if (this.#claimed.has(key)) {
      throw new BindError("MN_ERR_PORT_IN_USE", `${describe(port)}: this service listens there already`);
    }
    this.#freePorts.set(base, before + 1);
    this.#claimed.add(key);
    return key;
  }

  /** A program may bind many UDP sockets one after another: each closed one is used again, so they do not pile up. */
  #firstUnclaimed(port: Port): number {
    let before = 0;
    while (this.#claimed.has(socketKey(port, before))) before += 1;
    return before;
  }

  /** Gives a name back: the same program may listen there once more. */
  release(key: SocketKey): void {
    this.#claimed.delete(key);
  }

  /** Learns where a named socket is bound. */
  know(socket: SocketInfo): void {
    this.#sockets.set(socket.key, socket);
  }

  /** The names that this process listens by, in the order of its calls. */
  get keys(): SocketKey[] {
    return [...this.#claimed];
  }

  /** Every socket that this process has learned of. */
  get known(): SocketInfo[] {
    return [...this.#sockets.values()];
  }

  listener(key: SocketKey): Listener {
    return { address: () => this.address(key) };
  }

  address(key: SocketKey): AddressInfo | string | null {
    return this.#sockets.get(key)?.address ?? null;
  }
}

/** An address for a person to read. */
export function describe(port: Port): string {
  if ("udp" in port) return `UDP port ${port.udp.port} of ${port.udp.address}`;
  if ("path" in port) return `path ${port.path}`;
  if ("fd" in port) return `descriptor ${port.fd}`;
  return port.host === undefined ? `port ${port.port}` : `port ${port.port} of ${port.host}`;
}
