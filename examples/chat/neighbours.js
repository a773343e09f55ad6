// The other processes, each at the end of a stream of whole values: what one tells, the others hear.

import { EventEmitter } from "node:events";
import { frameStream } from "multi-node";

/** Emits `join` (peer), `leave` (peer), and what the others tell: each topic is an event (value, peer). */
export class Neighbours extends EventEmitter {
  /** From the id of a process to the stream that leads there. */
  #streams = new Map();

  constructor(nodes) {
    super();
    nodes.on("node", (stream, peer) => this.#meet(frameStream(stream), peer));
  }

  tell(peer, topic, value) {
    this.#streams.get(peer.id)?.send([topic, value]);
  }

  tellAll(topic, value) {
    for (const stream of this.#streams.values()) stream.send([topic, value]);
  }

  #meet(stream, peer) {
    this.#streams.set(peer.id, stream);
    stream.on("message", ([topic, value]) => this.emit(topic, value, peer));
    // However a process ends, even by SIGKILL, its streams end with it.
    stream.on("close", () => {
      this.#streams.delete(peer.id);
      this.emit("leave", peer);
    });
    this.emit("join", peer);
  }
}
