// How far somebody has read: for each process that took messages, the number of the last one seen.

/** As many as can matter: nobody holds more messages than that. */
const MOST_ORIGINS = 100;

/**
 * Every process numbers its own messages 1, 2, 3, …, so one number for each process says what was seen and what was
 * missed, without anybody who puts all messages in one order. As text it is the id of a server-sent event:
 * `5ad1c08e=3&77b2f401=12`.
 */
export class Cursor {
  #last;

  constructor(text = "") {
    this.#last = new URLSearchParams(text);
  }

  /** Moves past a message. Returns false, and stays, when it was seen before. */
  pass({ origin, number }) {
    if (number <= Number(this.#last.get(origin) ?? 0)) return false;
    this.#last.delete(origin);
    this.#last.append(origin, number);
    if (this.#last.size > MOST_ORIGINS) this.#last.delete(this.#last.keys().next().value);
    return true;
  }

  toString() {
    return this.#last.toString();
  }
}
