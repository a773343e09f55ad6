// All sockets that the master holds, each bound once, whoever asks for it and however often.
import { type AddressInfo, isIPv6 } from "node:net";
import type { BindError } from "../errors.js";
import type { Port } from "../port-options.js";
import type { SocketKey } from "../protocol.js";
import { removeSocketFile } from "../serve/socket-file.js";
import { bindError, type HeldSocket, hold } from "./held-socket.js";
import { InheritedSockets } from "./inherited.js";
import { overlap } from "./overlap.js";

/** Node's own: what was asked for is not known of what was handed over. */
const HANDED_BACKLOG = 511;

export class Sockets {
  readonly #binding = new Map<SocketKey, Promise<HeldSocket>>();
  readonly #held = new Map<SocketKey, HeldSocket>();
  readonly #inherited: InheritedSockets;
  readonly #onHeld: (socket: HeldSocket, backlog: number) => void;
  #closed = false;

  /** @param onHeld called with each socket once it is bound */
  constructor(programs: "own" | "hosted", onHeld: (socket: HeldSocket, backlog: number) => void) {
    this.#inherited = new InheritedSockets(programs);
    this.#onHeld = onHeld;
  }

  /** Those that are bound by now. */
  get held(): HeldSocket[] {
    return [...this.#held.values()];
  }

  /** The held socket of a name, bound now if it is not yet; an address that cannot be had is tried again next time. */
  hold(key: SocketKey, port: Port): Promise<HeldSocket> {
    const known = this.#binding.get(key) ?? this.#foundFree(key, port);
    if (known !== undefined) return known;
    const binding = this.#bind(key, port);
    this.#binding.set(key, binding);
    return binding;
  }

  /**
   * Those that keep an address from being listened on. Not those that were bound as free ports: each node is to find the
   * same one by its name.
   */
  inTheWayOf(key: SocketKey, port: Port): SocketKey[] {
    if (!("port" in port) || port.port === 0) return [];
    const { host = "::" } = port;
    const wanted = { key, address: { address: host, family: isIPv6(host) ? "IPv6" : "IPv4", port: port.port } };
    return this.held.filter((other) => !other.key.includes(":0#") && overlap(wanted, other)).map((other) => other.key);
  }

  /** Lets one go: whoever asks for it again gets another one. */
  release(key: SocketKey): void {
    const socket = this.#held.get(key);
    if (socket === undefined) return;
    this.#held.delete(key);
    this.#binding.delete(key);
    release(socket);
  }

  /** Holds what an old master handed over, so that nodes are to listen on all of it before they take over from the old ones. */
  takeOver(): void {
    for (const { key, ...socket } of this.#inherited.takeHanded()) {
      const held: HeldSocket = { key, origin: "given", ...socket, close: () => socket.handle.close() };
      this.#binding.set(key, Promise.resolve(held));
      this.#keep(held, HANDED_BACKLOG);
    }
  }

  /** Lets go what this process was started with and does not use. */
  closeUnused(): void {
    this.#inherited.closeRest();
  }

  /** Lets all go, their files included. */
  close(): void {
    this.#closed = true;
    for (const socket of this.#held.values()) release(socket);
    this.#held.clear();
    this.#binding.clear();
  }

  /** Some programs have a free port found, let it go and listen there by its number: this process still holds it. */
  #foundFree(key: SocketKey, port: Port): Promise<HeldSocket> | undefined {
    if (!("port" in port) || port.port === 0) return undefined;
    const prefix = key.replace(/:\d+$/, ":0#");
    const found = this.held.find(({ key: name, address }) => name.startsWith(prefix) && isAt(address, port.port));
    return found && Promise.resolve(found);
  }

  async #bind(key: SocketKey, port: Port): Promise<HeldSocket> {
    try {
      const socket = await hold(key, port, this.#inherited);
      const other = this.#rivalOf(socket);
      if (other !== undefined) throw inUse(socket, port, other);
      if (this.#closed) release(socket);
      else this.#keep(socket, port.backlog);
      return socket;
    } catch (error) {
      this.#binding.delete(key);
      throw error;
    }
  }

  /** Of what was given, whoever gave it has seen that it can listen. */
  #rivalOf(socket: HeldSocket): HeldSocket | undefined {
    if (socket.origin === "given") return undefined;
    return this.held.find((other) => other.origin === "bound" && overlap(socket, other));
  }

  #keep(socket: HeldSocket, backlog: number): void {
    this.#held.set(socket.key, socket);
    this.#onHeld(socket, backlog);
  }
}

function inUse(socket: HeldSocket, port: Port, other: HeldSocket): BindError {
  socket.close();
  const { address } = other.address as AddressInfo;
  return bindError("EADDRINUSE", port, `this service itself, at ${address}`);
}

function isAt(address: HeldSocket["address"], port: number): boolean {
  return typeof address === "object" && address.port === port;
}

function release(socket: HeldSocket): void {
  removeSocketFile(socket);
  socket.close();
}
