// Streams to other processes that no listener of the program has got yet.
import type { Socket } from "node:net";
import type { Peer } from "./role.js";

export class UnheardStreams {
  #waiting: (readonly [Socket, Peer])[] = [];

  get size(): number {
    return this.#waiting.length;
  }

  add(stream: Socket, peer: Peer): void {
    this.#waiting.push([stream, peer]);
  }

  /** The one that has waited for longest and is still open. */
  next(): readonly [Socket, Peer] | undefined {
    let next = this.#waiting.shift();
    while (next?.[0].destroyed === true) next = this.#waiting.shift();
    return next;
  }

  /** Closes the streams of a process that has ended: no listener will ever read them. */
  forget(id: string): void {
    for (const [stream, peer] of this.#waiting) if (peer.id === id) stream.destroy();
    this.#waiting = this.#waiting.filter(([, peer]) => peer.id !== id);
  }
}
