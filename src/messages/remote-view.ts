// What a process has told of itself over its link, and what is needed to understand what it sends.
import { ValueDecoder } from "../wire/codec.js";
import { malformed } from "./link-frames.js";
import type { Room } from "./room.js";

/** How many contexts a sender may have at once. */
export const CONTEXTS = 16;

export class RemoteView {
  /** The names of the channels that it listens on. */
  readonly listensOn: Set<string> = new Set();
  /** The names of the calls that it handles, with the numbers that it gave them. */
  readonly handles: Map<string, number> = new Map();
  /** Where what it publishes under a number goes to in this process. */
  readonly ports: Map<number, Room> = new Map();
  /** How many calls it had in progress when it told that last. */
  busy = 0;
  readonly #maxPayload: number;
  readonly #contexts: (ValueDecoder | undefined)[] = [];

  constructor(maxPayload: number) {
    this.#maxPayload = maxPayload;
  }

  forgetHandler(number: number): void {
    for (const [name, handler] of this.handles) if (handler === number) this.handles.delete(name);
  }

  /**
   * The decoder of one of its contexts.
   * @throws LinkError MN_ERR_FRAME_VALUE for a number that no context has
   */
  context(number: number): ValueDecoder {
    const known = this.#contexts[number];
    if (known !== undefined) return known;
    if (number >= CONTEXTS) throw malformed(`there is no context ${number}`);
    const decoder = new ValueDecoder(this.#maxPayload);
    this.#contexts[number] = decoder;
    return decoder;
  }
}
