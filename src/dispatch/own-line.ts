// The way of a connection to a server in this very process.
import type { AddressInfo } from "node:net";
import type { SocketKey, ToDispatcher } from "../protocol.js";
import { HandedSocket } from "../serve/handed-socket.js";
import type { SeatLine } from "./seat.js";
import type { Visit } from "./visit.js";

export class OwnLine implements SeatLine {
  readonly #answer: (answer: ToDispatcher) => void;
  readonly #sockets = new Map<SocketKey, HandedSocket>();

  /** @param answer as a node would by a message */
  constructor(answer: (answer: ToDispatcher) => void) {
    this.#answer = answer;
  }

  /** What a server listens on to get the connections of a held socket. */
  socket(key: SocketKey, address: AddressInfo | string): HandedSocket {
    const socket = new HandedSocket(address, () => this.#answer({ type: "ended", count: 1 }));
    this.#sockets.set(key, socket);
    return socket;
  }

  offer(visit: Visit): void {
    const socket = this.#sockets.get(visit.key);
    if (socket?.isOpen !== true) return this.#answer({ type: "refused", number: visit.number });
    this.#answer({ type: "taken", number: visit.number });
    socket.take(visit);
  }

  /** The handle is the server's now. */
  taken(): void {}
}
