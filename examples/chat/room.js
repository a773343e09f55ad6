// The chat room: every process holds the latest messages, and no process is in charge.

import { randomBytes } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { Cursor } from "./cursor.js";

const HISTORY = 100;

/** Emits `message` (message), once for each, wherever it was said. */
export class Room extends EventEmitter {
  #node;
  #neighbours;
  /** Random, so that a browser from before a restart is not taken for one that has read it all. */
  #origin = randomBytes(4).toString("hex");
  #count = 0;
  #messages = [];
  #seen = new Cursor();

  constructor(node, neighbours) {
    super();
    this.#node = node;
    this.#neighbours = neighbours;
    neighbours.on("said", (message) => {
      this.#spread(message);
      if (message.origin === this.#origin) this.emit(`held ${message.number}`);
    });
    // Whoever joins late hears from each of the others what was said before.
    neighbours.on("join", (peer) => neighbours.tell(peer, "history", this.#messages));
    neighbours.on("history", (messages) => {
      for (const message of messages) this.#spread(message);
    });
  }

  get messages() {
    return this.#messages;
  }

  /**
   * Says something to everybody. Resolves when it has come back from another process: then it outlives this one.
   * The key is the browser's, who says the same again when there was no answer.
   */
  async say(name, text, key) {
    if (this.#messages.some((message) => message.key === key)) return;
    this.#count += 1;
    const at = Math.max(Date.now(), (this.#messages.at(-1)?.at ?? 0) + 1);
    const held = once(this, `held ${this.#count}`);
    this.#spread({ origin: this.#origin, number: this.#count, node: this.#node, at, name, text, key });
    await held;
  }

  /**
   * Each process passes on whatever is new to it, in the order in which it came. So what one holds reaches all, though
   * its author be killed, and on every way the messages of one origin keep their order.
   */
  #spread(message) {
    if (!this.#seen.pass(message)) return;
    this.#messages.push(message);
    if (this.#messages.length > HISTORY) this.#messages.shift();
    this.#neighbours.tellAll("said", message);
    this.emit("message", message);
  }
}
