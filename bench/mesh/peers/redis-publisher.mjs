// Publishes through Redis, and has the sender wait once too much is not yet confirmed by the server.

import { connectRedis } from "./redis-connection.mjs";

const MOST_UNCONFIRMED_BYTES = 1024 * 1024;

export class RedisPublisher {
  // enableAutoPipelining made each figure here 10 to 40 % worse.
  #redis = connectRedis();
  #unconfirmed = 0;
  #wake;

  publish(channel, value) {
    const text = JSON.stringify(value);
    this.#unconfirmed += text.length;
    void this.#confirmed(this.#redis.publish(channel, text), text.length);
    if (this.#unconfirmed < MOST_UNCONFIRMED_BYTES) return undefined;
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async #confirmed(reply, length) {
    try {
      await reply;
    } catch {
      // The server has gone, and with it all that there was to do.
      process.exit(1);
    }
    this.#unconfirmed -= length;
    if (this.#unconfirmed < MOST_UNCONFIRMED_BYTES) this.#wake?.();
  }
}
