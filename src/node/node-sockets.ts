// The sockets that this node listens on: inherited at its start, or asked of the master, by their names.
import { closeSync } from "node:fs";
import { BindError, type ErrorCode } from "../errors.js";
import type { Port } from "../port-options.js";
import { Deferred } from "../promises.js";
import type { Boot, SocketInfo, SocketKey, ToMaster, ToNode } from "../protocol.js";
import type { SocketHandle } from "../serve/handles.js";
import { Lifeline } from "../serve/lifeline.js";
import { Ports } from "../serve/ports.js";
import type { ListeningSocket } from "../serve/server.js";
import { isInPlace } from "../serve/socket-file.js";
import type { Intake } from "./intake.js";

type Known = Boot["sockets"][number];

interface Asked {
  answer: Deferred<ListeningSocket>;
  /** Nothing else may keep the process of a hosted program alive while it waits. */
  lifeline: Lifeline;
}

type Refusal = Omit<Extract<ToNode, { type: "no-socket" }>, "type" | "key">;

/** Where this process has no descriptor left for a handle, Node drops it and the message that came with it. */
const NO_DESCRIPTOR: Refusal = {
  code: "MN_ERR_BIND",
  message: "no descriptor is left for the socket",
  system: "EMFILE",
  ours: [],
};
/** The address is known by two names, such as that of a free port and its number. */
const LISTENS_ALREADY: Refusal = {
  code: "MN_ERR_PORT_IN_USE",
  message: "this process listens there already",
  system: "EADDRINUSE",
  ours: [],
};

/** The error with which the master could not bind, for those who know the system's errors only. */
export class RefusedError extends BindError {
  /** Such as EADDRINUSE. */
  readonly system: string;
  /** What the service itself holds of the same port. */
  readonly ours: readonly SocketKey[];

  constructor({ code, message, system, ours }: Refusal) {
    super(code as ErrorCode, message);
    this.name = "BindError";
    this.system = system;
    this.ours = ours;
  }
}

export class NodeSockets {
  readonly ports: Ports = new Ports();
  /** What was inherited and nobody listens on yet: a descriptor serves once. */
  readonly #known: Map<SocketKey, Known>;
  readonly #intake: Intake;
  readonly #send: (message: ToMaster) => void;
  readonly #asked = new Map<SocketKey, Asked>();
  /** By which names the master has the sockets that it gave for others. */
  readonly #heldAs = new Map<SocketKey, SocketKey>();
  /** The socket that came last, until it is known that it was sent. */
  #arrived: SocketKey | undefined;

  constructor(known: readonly Known[], intake: Intake, send: (message: ToMaster) => void) {
    this.#known = new Map(known.map((socket) => [socket.key, socket]));
    this.#intake = intake;
    this.#send = send;
  }

  /** The socket of that name, in a promise where the master has to be asked, which may reject with RefusedError. */
  take(key: SocketKey, port: Port): ListeningSocket | Promise<ListeningSocket> {
    const known = this.#known.get(key);
    if (known === undefined || !isInPlace(known)) return this.#askAnew(key, port);
    this.#known.delete(key);
    return this.#socketOf(known);
  }

  /** The program has closed its server there: it may listen there once more. */
  release(key: SocketKey): void {
    this.ports.release(key);
    const held = this.heldAs(key);
    // A free port may be had by its number too.
    if (!this.listensOn(held)) this.#send({ type: "closed", key: held });
  }

  /** Whether this process does, by whatever name. */
  listensOn(held: SocketKey): boolean {
    return this.ports.keys.some((key) => this.heldAs(key) === held);
  }

  /** The master has let it go: nobody would accept what comes to a descriptor that waits here. */
  onReleased(key: SocketKey): void {
    const fd = this.#known.get(key)?.fd;
    this.#known.delete(key);
    if (fd !== undefined) closeSync(fd);
  }

  /** All that this process has, listened on or not. */
  get all(): SocketInfo[] {
    return [...this.ports.known, ...this.#known.values()];
  }

  /** The name of the socket for who accepts from it. */
  heldAs(key: SocketKey): SocketKey {
    return this.#heldAs.get(key) ?? key;
  }

  onSocket({ key, socket }: Extract<ToNode, { type: "socket" }>, handle: SocketHandle | undefined): void {
    if (handle === undefined) return;
    this.#arrived = key;
    const asked = this.#answered(key);
    if (asked !== undefined && this.#accept(key, socket, asked)) return asked.resolve({ handle });
    handle.close();
  }

  /** Comes right behind each socket: whoever asks for the same again in between is to get another one. */
  onSent({ key }: Extract<ToNode, { type: "socket-sent" }>): void {
    if (this.#arrived !== key) this.#answered(key)?.reject(new RefusedError(NO_DESCRIPTOR));
    this.#arrived = undefined;
  }

  onHandedSocket({ key, socket }: Extract<ToNode, { type: "handed-socket" }>): void {
    const asked = this.#answered(key);
    if (asked === undefined || !this.#accept(key, socket, asked)) return;
    asked.resolve(this.#intake.socket(socket.key, socket.address));
  }

  onRefused(message: Extract<ToNode, { type: "no-socket" }>): void {
    this.#answered(message.key)?.reject(new RefusedError(message));
  }

  /** Where the program has removed the file of a socket before it listens, the master puts it back. */
  #askAnew(key: SocketKey, port: Port): Promise<ListeningSocket> {
    this.onReleased(key);
    return this.#ask(key, port);
  }

  #ask(key: SocketKey, port: Port): Promise<ListeningSocket> {
    const asked = this.#asked.get(key) ?? { answer: new Deferred(), lifeline: new Lifeline() };
    this.#asked.set(key, asked);
    this.#send({ type: "bind", key, port });
    return asked.answer.promise;
  }

  #answered(key: SocketKey): Deferred<ListeningSocket> | undefined {
    const asked = this.#asked.get(key);
    this.#asked.delete(key);
    asked?.lifeline.cut();
    return asked?.answer;
  }

  /** Takes what the master sent, unless a server of this process listens on the same socket by another name. */
  #accept(key: SocketKey, socket: SocketInfo, asked: Deferred<ListeningSocket>): boolean {
    const isListening = this.ports.keys.some((other) => other !== key && this.heldAs(other) === socket.key);
    if (isListening) {
      this.#send({ type: "listening", key: socket.key });
      asked.reject(new RefusedError(LISTENS_ALREADY));
    } else {
      this.#know(key, socket);
    }
    return !isListening;
  }

  #know(key: SocketKey, socket: SocketInfo): void {
    this.ports.know({ ...socket, key });
    this.#send({ type: "listening", key: socket.key });
    this.#heldAs.set(key, socket.key);
  }

  /** Without a descriptor, the master accepts. */
  #socketOf({ fd, ...socket }: Known): ListeningSocket {
    this.#know(socket.key, socket);
    return fd === undefined ? this.#intake.socket(socket.key, socket.address) : { fd };
  }
}
