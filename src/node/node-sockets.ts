// The sockets that this node listens on: inherited at its start, or asked of the master, by their names.
import { BindError, type ErrorCode } from "../errors.js";
import type { Port } from "../port-options.js";
import { Deferred } from "../promises.js";
import type { Boot, SocketInfo, SocketKey, ToMaster, ToNode } from "../protocol.js";
import type { SocketHandle } from "../serve/handles.js";
import { Ports } from "../serve/ports.js";
import type { ListeningSocket } from "../serve/server.js";
import type { Intake } from "./intake.js";

type Known = Boot["sockets"][number];

/** The error with which the master could not bind, for those who know the system's errors only. */
export class RefusedError extends BindError {
  /** Such as EADDRINUSE. */
  readonly system: string;

  constructor({ code, message, system }: Extract<ToNode, { type: "no-socket" }>) {
    super(code as ErrorCode, message);
    this.name = "BindError";
    this.system = system;
  }
}

export class NodeSockets {
  readonly ports: Ports = new Ports();
  /** What was inherited and nobody listens on yet: a descriptor serves once. */
  readonly #known: Map<SocketKey, Known>;
  readonly #intake: Intake;
  readonly #send: (message: ToMaster) => void;
  readonly #asked = new Map<SocketKey, Deferred<ListeningSocket>>();

  constructor(known: readonly Known[], intake: Intake, send: (message: ToMaster) => void) {
    this.#known = new Map(known.map((socket) => [socket.key, socket]));
    this.#intake = intake;
    this.#send = send;
  }

  /** The socket of that name, in a promise where the master has to be asked, which may reject with RefusedError. */
  take(key: SocketKey, port: Port): ListeningSocket | Promise<ListeningSocket> {
    const known = this.#known.get(key);
    if (known === undefined) return this.#ask(key, port);
    this.#known.delete(key);
    return this.#socketOf(known);
  }

  onSocket(socket: SocketInfo, handle: SocketHandle | undefined): void {
    const asked = this.#answered(socket.key);
    if (asked === undefined || handle === undefined) return handle?.close();
    this.ports.know(socket);
    asked.resolve({ handle });
  }

  onHandedSocket(socket: SocketInfo): void {
    this.#answered(socket.key)?.resolve(this.#socketOf(socket));
  }

  onRefused(message: Extract<ToNode, { type: "no-socket" }>): void {
    this.#answered(message.key)?.reject(new RefusedError(message));
  }

  #ask(key: SocketKey, port: Port): Promise<ListeningSocket> {
    const asked = this.#asked.get(key) ?? new Deferred();
    this.#asked.set(key, asked);
    this.#send({ type: "bind", key, port });
    return asked.promise;
  }

  #answered(key: SocketKey): Deferred<ListeningSocket> | undefined {
    const asked = this.#asked.get(key);
    this.#asked.delete(key);
    return asked;
  }

  /** Without a descriptor, the master accepts. */
  #socketOf({ fd, ...socket }: Known): ListeningSocket {
    this.ports.know(socket);
    return fd === undefined ? this.#intake.socket(socket.key, socket.address) : { fd };
  }
}
