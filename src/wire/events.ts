// The WebSocket style of listening on top of an EventEmitter: event objects, handlers and options.

import type { EventEmitter } from "node:events";

/** What a listener of `open` gets. */
export interface FramedEvent<Target> {
  readonly type: string;
  readonly target: Target;
}

/** What a listener of `message` gets: `data` is the value. */
export interface MessageEvent<Target, Value> extends FramedEvent<Target> {
  readonly data: Value;
}

/** What a listener of `close` gets. `wasClean` tells whether both sides said close. */
export interface CloseEvent<Target> extends FramedEvent<Target> {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

/** What a listener of `error` gets. `close` follows. */
export interface ErrorEvent<Target> extends FramedEvent<Target> {
  readonly error: Error;
  readonly message: string;
}

/** The event object for each type. */
export interface FramedEventMap<Target, Value> {
  open: FramedEvent<Target>;
  message: MessageEvent<Target, Value>;
  close: CloseEvent<Target>;
  error: ErrorEvent<Target>;
}

/** A function, or an object with `handleEvent`, as everywhere in the DOM. */
export type EventListener<Event> = ((event: Event) => void) | { handleEvent(event: Event): void };

/** As the DOM has them: `once` removes the listener before its first call, `signal` when it aborts. */
export interface ListenerOptions {
  readonly once?: boolean;
  readonly signal?: AbortSignal;
}

type Emitted = (...args: unknown[]) => void;

/** Keeps, for one emitter, which emitter listener stands for which listener of the DOM's kind. */
export class ListenerTable {
  readonly #emitter: EventEmitter;
  readonly #wrappers = new Map<string, Map<unknown, Emitted>>();
  readonly #handlers = new Map<string, unknown>();
  readonly #slots = new Map<string, EventListener<never>>();

  constructor(emitter: EventEmitter) {
    this.#emitter = emitter;
  }

  /** Adds `listener` unless it is there already. Event objects exist only while such listeners do. */
  add(type: string, listener: EventListener<never> | null, options: ListenerOptions = {}): void {
    if (listener === null || options.signal?.aborted || this.#has(type, listener)) return;
    const wrapper: Emitted = (...args) => {
      if (options.once) this.remove(type, listener);
      const event = makeEvent(type, this.#emitter, args) as never;
      if (typeof listener === "function") listener.call(this.#emitter, event);
      else listener.handleEvent(event);
    };
    this.#wrappersOf(type).set(listener, wrapper);
    this.#emitter.on(type, wrapper);
    options.signal?.addEventListener("abort", () => this.remove(type, listener, wrapper), { once: true });
  }

  /** Removes `listener`, or does nothing if it is not there. */
  remove(type: string, listener: EventListener<never> | null, expected?: Emitted): void {
    const wrapper = this.#wrappersOf(type).get(listener);
    if (wrapper === undefined || (expected !== undefined && wrapper !== expected)) return;
    this.#wrappersOf(type).delete(listener);
    this.#emitter.off(type, wrapper);
  }

  /** The `on…` handler of a type. */
  handler(type: string): unknown {
    return this.#handlers.get(type) ?? null;
  }

  /** Replaces the `on…` handler of a type; anything but a function means none. */
  setHandler(type: string, handler: unknown): void {
    const isHandler = typeof handler === "function";
    this.#handlers.set(type, isHandler ? handler : null);
    if (isHandler) this.add(type, this.#slot(type));
    else this.remove(type, this.#slot(type));
  }

  // One listener that calls whatever handler is set: replacing a handler keeps its place among the listeners.
  #slot(type: string): EventListener<never> {
    let slot = this.#slots.get(type);
    if (slot === undefined) {
      slot = (event) => (this.#handlers.get(type) as ((event: never) => void) | null)?.call(this.#emitter, event);
      this.#slots.set(type, slot);
    }
    return slot;
  }

  // `removeAllListeners` may have gone behind this table's back.
  #has(type: string, listener: unknown): boolean {
    const wrapper = this.#wrappersOf(type).get(listener);
    return wrapper !== undefined && this.#emitter.listeners(type).includes(wrapper);
  }

  #wrappersOf(type: string): Map<unknown, Emitted> {
    let wrappers = this.#wrappers.get(type);
    if (wrappers === undefined) {
      wrappers = new Map();
      this.#wrappers.set(type, wrappers);
    }
    return wrappers;
  }
}

function makeEvent(type: string, target: unknown, args: readonly unknown[]): FramedEvent<unknown> {
  switch (type) {
    case "message":
    case "messageerror":
      return { type, target, data: args[0] } as FramedEvent<unknown>;
    case "close":
      return { type, target, code: args[0], reason: args[1], wasClean: args[2] } as FramedEvent<unknown>;
    case "error":
      return { type, target, error: args[0], message: (args[0] as Error).message } as FramedEvent<unknown>;
    default:
      return { type, target };
  }
}
