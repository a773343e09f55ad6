// A streamed answer, the end that writes: asks the handler's generator for items as fast as they are taken.
import { ITEM_WINDOW } from "./answer-stream.js";
import type { Link } from "./link.js";
import { FRAME_END, FRAME_ITEM, FRAME_STREAM, malformed } from "./link-frames.js";

export class ItemWriter {
  readonly #link: Link;
  readonly #id: number;
  readonly #items: AsyncIterator<unknown>;
  #state: "open" | "stopped" = "open";
  #credit: number = ITEM_WINDOW;
  #whenGranted: (() => void) | undefined;

  constructor(link: Link, id: number, items: AsyncIterator<unknown>) {
    this.#link = link;
    this.#id = id;
    this.#items = items;
  }

  /**
   * Resolves when everything is sent, or cannot be sent or is not wanted any more; rejects with what the caller is to
   * be told. A generator that waits for nothing makes at most ITEM_WINDOW items in one turn of the event loop: credit
   * for more comes by frames, which are read in later turns.
   */
  async write(): Promise<void> {
    this.#link.sendNumbers(FRAME_STREAM, this.#id);
    for (;;) {
      // Before an item is asked for: a generator is to make none that has to wait.
      while (this.#credit === 0 && this.#isWanted()) await this.#nextGrant();
      if (!this.#isWanted()) break;
      const { done, value } = await this.#items.next();
      // Others use the link, too, and so it may be full while there is credit.
      if (this.#link.isBusy) await this.#room();
      if (!this.#isWanted()) break;
      if (done === true) return this.#link.sendNumbers(FRAME_END, this.#id);
      this.#send(value);
    }
    if (this.#state === "open") void endQuietly(this.#items);
  }

  /**
   * The caller takes so many more.
   * @throws LinkError MN_ERR_FRAME_VALUE where that is none, or more than callers take
   */
  grant(count: number): void {
    if (count < 1) throw malformed("it grants no items");
    if (count > ITEM_WINDOW - this.#credit) throw malformed(`it grants ${count} items more, which are too many`);
    this.#credit += count;
    this.#whenGranted?.();
  }

  /** Nobody wants the rest: the generator may clean up. */
  stop(): void {
    this.#state = "stopped";
    this.#whenGranted?.();
    void endQuietly(this.#items);
  }

  /** Whether the caller still wants items, and can be sent some. */
  #isWanted(): boolean {
    return this.#state === "open" && this.#link.isOpen;
  }

  #nextGrant(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenGranted = resolve;
    });
  }

  async #room(): Promise<void> {
    while (this.#isWanted() && this.#link.isBusy) await this.#link.drained;
  }

  #send(value: unknown): void {
    try {
      this.#link.sendValue(FRAME_ITEM, value, this.#id);
      this.#credit--;
    } catch (error) {
      void endQuietly(this.#items);
      throw error;
    }
  }
}

/** Ends a generator that nobody listens to any more. */
export async function endQuietly(items: AsyncIterator<unknown>): Promise<void> {
  try {
    await items.return?.();
  } catch {
    // There is nobody to tell.
  }
}
