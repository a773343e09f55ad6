// What a process has told of itself over its link, and what is needed to understand what it sends.
import { ValueDecoder } from "../wire/codec.js";
import { workedMs } from "../work-clock.js";
import { malformed } from "./link-frames.js";
import { MOST_CHANNELS, MOST_HANDLERS } from "./limits.js";
import { NumberMap } from "./number-map.js";
import type { Room } from "./room.js";

/** How many contexts a sender may have at once. */
export const CONTEXTS = 16;

export class RemoteView {
  /** The names of the channels that it listens on. */
  readonly listensOn: Set<string> = new Set();
  /** The names of the calls that it handles, with the numbers that it gave them. */
  readonly handles: Map<string, number> = new Map();
  /** Where what it publishes under a number goes to in this process. */
  readonly ports: NumberMap<Room> = new NumberMap();
  /** While it starts, it may come to handle what it does not handle yet. */
  state: "starting" | "started" = "starting";
  /** How many calls it had in progress when it told that last. */
  busy = 0;
  /** Whether it has said that it is there: only then does it publish and call. */
  isReady = false;
  readonly #maxPayload: number;
  readonly #nameOfHandler = new NumberMap<string>();
  readonly #contexts: (ValueDecoder | undefined)[] = [];

  constructor(maxPayload: number) {
    this.#maxPayload = maxPayload;
  }

  /**
   * It listens on that channel from now on.
   * @throws LinkError MN_ERR_FRAME_VALUE for one channel too many
   */
  listen(name: string): void {
    if (this.listensOn.size >= MOST_CHANNELS) throw malformed(`it listens on more than ${MOST_CHANNELS} channels`);
    this.listensOn.add(name);
  }

  /**
   * It handles calls of that name from now on.
   * @throws LinkError MN_ERR_FRAME_VALUE for one handler too many
   */
  handle(name: string, number: number): void {
    this.forgetHandler(number);
    const before = this.handles.get(name);
    if (before !== undefined) this.forgetHandler(before);
    if (this.handles.size >= MOST_HANDLERS) throw malformed(`it has more than ${MOST_HANDLERS} handlers`);
    this.handles.set(name, number);
    this.#nameOfHandler.set(number, name);
  }

  forgetHandler(number: number): void {
    const name = this.#nameOfHandler.get(number);
    if (name === undefined) return;
    this.#nameOfHandler.delete(number);
    this.handles.delete(name);
  }

  /** It takes no more calls. */
  forgetHandlers(): void {
    this.#nameOfHandler.clear();
    this.handles.clear();
  }

  /**
   * It publishes under that number from now on.
   * @throws LinkError MN_ERR_FRAME_VALUE for one number too many
   */
  publish(number: number, enter: () => Room): void {
    if (this.ports.size >= MOST_CHANNELS) throw malformed(`it publishes on more than ${MOST_CHANNELS} channels`);
    this.ports.set(number, enter());
  }

  /**
   * The decoder of one of its contexts.
   * @throws LinkError MN_ERR_FRAME_VALUE for a number that no context has
   */
  context(number: number): ValueDecoder {
    const known = this.#contexts[number];
    if (known !== undefined) return known;
    if (number >= CONTEXTS) throw malformed(`there is no context ${number}`);
    const decoder = new ValueDecoder(this.#maxPayload, workedMs);
    this.#contexts[number] = decoder;
    return decoder;
  }
}
