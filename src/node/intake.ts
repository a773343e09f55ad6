// The connections that the master has accepted for this node: taken where a server listens, refused otherwise.
import type { AddressInfo } from "node:net";
import { Deferred } from "../promises.js";
import type { HandedConnection, SocketKey, ToMaster } from "../protocol.js";
import { HandedSocket } from "../serve/handed-socket.js";
import type { ClientHandle } from "../serve/handles.js";
import { Lifeline } from "../serve/lifeline.js";

/** Milliseconds after which an end is told at the latest. */
const ENDED_MS = 5;

export class Intake {
  readonly #send: (message: ToMaster) => void;
  readonly #sockets = new Map<SocketKey, HandedSocket>();
  readonly #opening = new Map<SocketKey, Deferred<void>>();
  #ended = 0;
  /** The number of the connection that came last. */
  #last: number | undefined;
  /** The number of the last one that did not. */
  #missing: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(send: (message: ToMaster) => void) {
    this.#send = send;
  }

  /** What a server listens on to get the connections of a socket. */
  socket(key: SocketKey, address: AddressInfo | string): HandedSocket {
    const socket = new HandedSocket(address, () => this.#onEnded());
    this.#sockets.set(key, socket);
    return socket;
  }

  /** A server is about to listen on a socket: resolves when who connects there is not refused any more. */
  async prepare(key: SocketKey): Promise<void> {
    if (!this.#sockets.has(key)) return;
    const opened = this.#opening.get(key) ?? new Deferred();
    this.#opening.set(key, opened);
    this.#send({ type: "accept", key });
    // Nothing else may keep the process of a hosted program alive while it waits.
    const lifeline = new Lifeline();
    await opened.promise;
    lifeline.cut();
  }

  onOpened(key: SocketKey): void {
    this.#opening.get(key)?.resolve();
    this.#opening.delete(key);
  }

  /** A server listens: from now on connections may come, if they are handed over for this socket. */
  open(key: SocketKey): void {
    if (this.#sockets.has(key)) this.#send({ type: "open", key });
  }

  /** Refuses a connection that was sent and has not arrived; should it still come, it is somebody else's. */
  miss(number: number): void {
    if (number === this.#last) return;
    this.#missing = number;
    this.#send({ type: "refused", number });
  }

  /** @param handle `undefined` where this process had no descriptor left for it */
  take({ number, key, firstBytes, proxied }: HandedConnection, handle: ClientHandle | undefined): void {
    if (number === this.#missing) return handle?.close();
    this.#last = number;
    const socket = this.#sockets.get(key);
    if (handle === undefined || socket?.isOpen !== true) {
      this.#send({ type: "refused", number });
      return handle?.close();
    }
    // Before anything is read: should this process die now, nobody else gets what is left of a conversation.
    this.#send(this.#ended > 0 ? { type: "taken", number, ended: this.#ended } : { type: "taken", number });
    this.#ended = 0;
    socket.take({
      handle,
      proxied,
      firstBytes: firstBytes === undefined ? undefined : Buffer.from(firstBytes, "base64"),
    });
  }

  /** Told with the next one that is taken, as a message costs more than a connection; alone where none comes. */
  #onEnded(): void {
    this.#ended += 1;
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#ended > 0) this.#send({ type: "ended", count: this.#ended });
      this.#ended = 0;
    }, ENDED_MS).unref();
  }
}
