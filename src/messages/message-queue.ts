// Messages that wait for a reader who asks for one after another.
import { BackpressureError } from "../errors.js";
import { Deferred } from "../promises.js";

/** How many messages may wait. */
const MOST = 65_536;

type Read<Value> = IteratorResult<Value, undefined>;

export class MessageQueue<Value> implements AsyncIterableIterator<Value, undefined> {
  readonly #waiting: Value[] = [];
  readonly #readers: Deferred<Read<Value>>[] = [];
  readonly #onEnd: () => void;
  #state: "open" | "ended" | "overrun" = "open";

  /** @param onEnd called once when nothing more is to be added */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  readonly add = (value: Value): void => {
    const reader = this.#readers.shift();
    if (reader !== undefined) return reader.resolve({ done: false, value });
    if (this.#waiting.length < MOST) this.#waiting.push(value);
    else this.#stop("overrun");
  };

  /** What waits can still be read. */
  end(): void {
    this.#stop("ended");
    for (const reader of this.#readers.splice(0)) reader.resolve({ done: true, value: undefined });
  }

  async next(): Promise<Read<Value>> {
    if (this.#waiting.length > 0) return { done: false, value: this.#waiting.shift() as Value };
    if (this.#state === "overrun") throw this.#overrun();
    if (this.#state === "ended") return { done: true, value: undefined };
    const reader = new Deferred<Read<Value>>();
    this.#readers.push(reader);
    return reader.promise;
  }

  async return(): Promise<Read<Value>> {
    this.#waiting.length = 0;
    this.end();
    this.#state = "ended";
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #stop(state: "ended" | "overrun"): void {
    if (this.#state !== "open") return;
    this.#state = state;
    this.#onEnd();
  }

  /** Told once: then it is over. */
  #overrun(): BackpressureError {
    this.#state = "ended";
    return new BackpressureError(
      "MN_ERR_BACKPRESSURE",
      `more than ${MOST} messages wait to be read: read faster, or listen with onmessage`,
    );
  }
}
