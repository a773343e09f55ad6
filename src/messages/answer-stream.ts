// A streamed answer, the end that reads: items wait here, no more than were asked for.
import { malformed } from "./link-frames.js";

/** Items that may be on their way or wait to be read: what the other end may send before it is told to go on. */
export const ITEM_WINDOW = 32;
const RENEWAL: number = ITEM_WINDOW / 2;

/** Where the items come from. */
export interface ItemSource {
  /** So many more items are taken. */
  grant(count: number): void;
  /** Nothing more is wanted. */
  cancel(): void;
  /** Somebody waits for an item, from now on. */
  waitForItem(): void;
  /** Nobody does any more. */
  stopWaiting(): void;
}

type Item = IteratorResult<unknown, undefined>;
interface Reader {
  resolve(item: Item): void;
  reject(error: unknown): void;
}

const END: Item = { done: true, value: undefined };

/** Can be iterated once. Leaving the loop early ends the handler's generator, too. */
export class AnswerStream implements AsyncIterableIterator<unknown, undefined> {
  readonly #source: ItemSource;
  readonly #items: unknown[] = [];
  readonly #readers: Reader[] = [];
  /** "failed": the error is still to be told. In every state, the items that are here come first. */
  #state: "open" | "failed" | "ended" = "open";
  #error: unknown;
  #granted: number = ITEM_WINDOW;
  #taken = 0;

  constructor(source: ItemSource) {
    this.#source = source;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Item> {
    if (this.#items.length > 0) return Promise.resolve(this.#take(this.#items.shift()));
    if (this.#state === "open") return this.#wait();
    if (this.#state === "ended") return Promise.resolve(END);
    this.#state = "ended";
    return Promise.reject(this.#error);
  }

  return(): Promise<Item> {
    if (this.#state === "open") this.#source.cancel();
    this.#state = "ended";
    this.#items.length = 0;
    for (const reader of this.#readers.splice(0)) reader.resolve(END);
    return Promise.resolve(END);
  }

  /**
   * An item has come.
   * @throws LinkError MN_ERR_FRAME_VALUE when it is one too many
   */
  push(item: unknown): void {
    if (this.#granted-- === 0) throw malformed("it has more items than it was granted");
    const reader = this.#readers.shift();
    if (reader === undefined) {
      this.#items.push(item);
      return;
    }
    this.#source.stopWaiting();
    if (this.#readers.length > 0) this.#source.waitForItem();
    reader.resolve(this.#take(item));
  }

  /** No more items come. */
  end(): void {
    this.#state = "ended";
    for (const reader of this.#readers.splice(0)) reader.resolve(END);
  }

  /** No more items come, because of an error. */
  fail(error: unknown): void {
    const reader = this.#readers.shift();
    this.end();
    if (reader !== undefined) return reader.reject(error);
    this.#state = "failed";
    this.#error = error;
  }

  /** Nobody wants the items that are here, either. */
  giveUp(error: unknown): void {
    this.#items.length = 0;
    this.fail(error);
  }

  #wait(): Promise<Item> {
    if (this.#readers.length === 0) this.#source.waitForItem();
    return new Promise((resolve, reject) => {
      this.#readers.push({ resolve, reject });
    });
  }

  #take(value: unknown): Item {
    this.#taken++;
    if (this.#taken === RENEWAL && this.#state === "open") {
      this.#taken = 0;
      this.#granted += RENEWAL;
      this.#source.grant(RENEWAL);
    }
    return { done: false, value };
  }
}
