// A message to many is encoded once: those that go to the same processes share an encoder, and so its records.
import { ValueEncoder } from "../wire/codec.js";
import type { Link } from "./link.js";
import { CONTEXTS } from "./remote-view.js";

export interface Context {
  /** By which a receiver finds the decoder. */
  readonly number: number;
  readonly links: readonly Link[];
  readonly encoder: ValueEncoder;
  lastUsed: number;
}

/**
 * Every receiver of a context gets all of its frames, so all of them know the same records. There are few contexts, as
 * most programs listen on the same channels in every process; the one that was not used for longest makes room.
 */
export class Contexts {
  readonly #maxPayload: number;
  readonly #contexts = new Map<number, Context>();
  #uses = 0;

  constructor(maxPayload: number) {
    this.#maxPayload = maxPayload;
  }

  /** The context of all that goes to just these. */
  of(links: readonly Link[]): Context {
    const same = [...this.#contexts.values()].find((context) => isSame(context.links, links));
    return same ?? this.#make(links);
  }

  /** To be called before each use; tells whether the context can be used still. */
  touch(context: Context): boolean {
    context.lastUsed = ++this.#uses;
    return this.#contexts.get(context.number) === context;
  }

  /** A process is gone: what went to it, too, has others to go to now. */
  drop(link: Link): void {
    for (const { number, links } of this.#contexts.values()) if (links.includes(link)) this.#contexts.delete(number);
  }

  #make(links: readonly Link[]): Context {
    const number = this.#freeNumber();
    const context = { number, links: [...links], encoder: new ValueEncoder(this.#maxPayload), lastUsed: ++this.#uses };
    this.#contexts.set(number, context);
    return context;
  }

  #freeNumber(): number {
    for (let number = 0; number < CONTEXTS; number++) if (!this.#contexts.has(number)) return number;
    const oldest = [...this.#contexts.values()].reduce((a, b) => (a.lastUsed <= b.lastUsed ? a : b));
    return oldest.number;
  }
}

function isSame(some: readonly Link[], others: readonly Link[]): boolean {
  return some.length === others.length && some.every((link) => others.includes(link));
}
