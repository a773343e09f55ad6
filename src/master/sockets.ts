// All sockets that the master holds, each bound once, whoever asks for it and however often.
import type { AddressInfo } from "node:net";
import type { BindError } from "../errors.js";
import type { Port } from "../port-options.js";
import type { SocketKey } from "../protocol.js";
import { removeSocketFile } from "../serve/socket-file.js";
import { type FileState, restoreFile } from "../serve/socket-spare.js";
import { bindError } from "./bind-error.js";
import { type HeldSocket, hold } from "./held-socket.js";
import { InheritedSockets } from "./inherited.js";
import { fixedAddressOf, isSame, overlap } from "./overlap.js";

/** Node's own: what was asked for is not known of what was handed over. */
const HANDED_BACKLOG = 511;

export interface SocketsEvents {
  /** Told of each socket once it is bound. */
  onHeld(socket: HeldSocket, backlog: number): void;
  /** The file of a socket is gone for good, and it is about to be bound anew: it is to be released first. */
  onLost(key: SocketKey): void;
  log(line: string): void;
}

/** What the log says of the file of a Unix socket, once for each. */
const FILE_NEWS: Readonly<Record<Exclude<FileState, "in-place">, string>> = {
  restored:
    "its file was removed, perhaps by the program before it listens; it is put back, each time that it is removed",
  taken: "another process has put its own socket there: this service gets no connections by this path",
  lost: "its file was removed and cannot be put back: it is bound anew when the next node listens; reload the service",
};

export class Sockets {
  readonly #binding = new Map<SocketKey, Promise<HeldSocket>>();
  readonly #held = new Map<SocketKey, HeldSocket>();
  readonly #inherited: InheritedSockets;
  readonly #events: SocketsEvents;
  /** What the log has said of files. */
  readonly #told = new Set<string>();
  #closed = false;

  constructor(programs: "own" | "hosted", events: SocketsEvents) {
    this.#inherited = new InheritedSockets(programs);
    this.#events = events;
  }

  /** Those that are bound by now. */
  get held(): HeldSocket[] {
    return [...this.#held.values()];
  }

  /** The held socket of a name, bound now if it is not yet; an address that cannot be had is tried again next time. */
  hold(key: SocketKey, port: Port): Promise<HeldSocket> {
    const known = this.#binding.get(key) ?? this.#heldAt(key, port);
    return known === undefined ? this.#bindNow(key, port) : known.then((socket) => this.#withFile(socket, port));
  }

  /** Puts back the files of Unix sockets that programs have removed. */
  async restoreFiles(): Promise<void> {
    await Promise.all(this.held.map((socket) => this.#restoreFile(socket)));
  }

  /**
   * Those that keep an address from being listened on. Not those that were bound as free ports: each node is to find the
   * same one by its name.
   */
  inTheWayOf(key: SocketKey, port: Port): SocketKey[] {
    const address = fixedAddressOf(port);
    if (address === undefined) return [];
    const wanted = { key, address };
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

  /**
   * What is held at the same address by another name: the address may be spelled in another way, and some programs have a
   * free port found, close it and listen there by its number.
   */
  #heldAt(key: SocketKey, port: Port): Promise<HeldSocket> | undefined {
    const address = fixedAddressOf(port);
    const found = address && this.held.find((socket) => isSame({ key, address }, socket));
    return found && Promise.resolve(found);
  }

  #bindNow(key: SocketKey, port: Port): Promise<HeldSocket> {
    const binding = this.#bind(key, port);
    this.#binding.set(key, binding);
    return binding;
  }

  /** Clients have to find it: without its file, it is bound anew. */
  async #withFile(socket: HeldSocket, port: Port): Promise<HeldSocket> {
    const state = await this.#restoreFile(socket);
    if (state === "taken") throw bindError("EADDRINUSE", port);
    if (state !== "lost") return socket;
    this.#events.onLost(socket.key);
    return this.#bindNow(socket.key, port);
  }

  async #restoreFile(socket: HeldSocket): Promise<FileState> {
    const state = await restoreFile(socket);
    if (state === "in-place" || this.#closed || typeof socket.address !== "string") return state;
    const line = `path ${socket.address}: ${FILE_NEWS[state]}`;
    if (!this.#told.has(line)) this.#events.log(line);
    this.#told.add(line);
    return state;
  }

  async #bind(key: SocketKey, port: Port): Promise<HeldSocket> {
    try {
      const socket = await hold(key, port, this.#inherited);
      const other = this.#rivalOf(socket);
      if (other !== undefined) throw inUse(socket, port, other);
      if (this.#closed) release(socket);
      else this.#keep(socket, "udp" in port ? 0 : port.backlog);
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
    this.#events.onHeld(socket, backlog);
  }
}

function inUse(socket: HeldSocket, port: Port, other: HeldSocket): BindError {
  socket.close();
  const { address } = other.address as AddressInfo;
  return bindError("EADDRINUSE", port, `this service itself, at ${address}`);
}

function release(socket: HeldSocket): void {
  removeSocketFile(socket);
  socket.close();
}
