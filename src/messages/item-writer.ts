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

  /** Resolves when everything is sent, or not wanted any more; rejects with what the caller is to be told. */
  async write(): Promise<void> {
    this.#link.sendNumbers(FRAME_STREAM, this.#id);
    for (;;) {
      // Before an item is asked for: a generator is to make none that has to wait.
      if (this.#credit === 0) await this.#nextGrant();
      if (this.#isStopped()) return;
      const { done, value } = await this.#items.next();
      // Others use the link, too, and so it may be full while there is credit.
      if (this.#link.isBusy) await this.#room();
      if (this.#isStopped()) return;
      if (done === true) return this.#link.sendNumbers(FRAME_END, this.#id);
      this.#send(value);
    }
  }

  /**
   * The caller takes so many more.
   * @throws LinkError MN_ERR_FRAME_VALUE where that is more than callers take
   */
  grant(count: number): void {
    this.#credit += count;
    if (this.#credit > ITEM_WINDOW) throw malformed(`it grants ${count} items more, which are too many`);
    this.#whenGranted?.();
  }

  /** Nobody wants the rest: the generator may clean up. */
  stop(): void {
    this.#state = "stopped";
    this.#whenGranted?.();
    void endQuietly(this.#items);
  }

  #isStopped(): boolean {
    return this.#state === "stopped";
  }

  #nextGrant(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenGranted = resolve;
    });
  }

  async #room(): Promise<void> {
    while (!this.#isStopped() && this.#link.isOpen && this.#link.isBusy) await this.#link.drained;
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
