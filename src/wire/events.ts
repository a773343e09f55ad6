// The WebSocket style of listening on top of an EventEmitter: event objects, handlers and options.

import type { EventEmitter } from "node:events";
import {
  captureOf,
  checkListenerOptions,
  type EventListener,
  isListener,
  type ListenerOptions,
} from "./listener-options.js";
import { TargetCloseEvent, TargetErrorEvent, TargetEvent, TargetMessageEvent } from "./event-objects.js";

/** What a listener of `open` gets, and what all event objects have. They are `instanceof Event`. */
export interface FramedEvent<Target> {
  readonly type: string;
  readonly target: Target;
  /** The target while listeners are called, `null` afterwards. */
  readonly currentTarget: Target | null;
  readonly srcElement: Target;
  /** 2 (AT_TARGET) while listeners are called, 0 (NONE) afterwards. */
  readonly eventPhase: number;
  readonly timeStamp: number;
  readonly bubbles: false;
  readonly cancelable: false;
  readonly composed: false;
  readonly defaultPrevented: false;
  readonly returnValue: true;
  readonly isTrusted: true;
  cancelBubble: boolean;
  composedPath(): Target[];
  preventDefault(): void;
  stopPropagation(): void;
  /** No further listener that addEventListener() has added, and no `on…` handler, hears of it. */
  stopImmediatePropagation(): void;
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

type Listener = EventListener<never>;

/** One listener that addEventListener() has added. */
interface Entry {
  readonly listener: Listener;
  readonly capture: boolean;
  readonly once: boolean;
  readonly signal: AbortSignal | undefined;
  readonly onAbort: () => void;
  state: "there" | "removed";
}

/** What is known of one type of event. */
interface TypeOfEvent {
  readonly name: string;
  /** Never changed, but replaced: those that are added while listeners are called do not hear of this event. */
  entries: readonly Entry[];
  /** The listener of the emitter that calls them all. */
  readonly bridge: (...args: unknown[]) => void;
  /** How many events it has seen. */
  calls: number;
  /** The `on…` handler, and the listener that calls whatever handler is set. */
  handler: unknown;
  readonly slot: Listener;
}

/** Listeners by the rules of the DOM's EventTarget, for one emitter: it has one listener of its own for all of a type. */
export class ListenerTable {
  readonly #emitter: EventEmitter;
  readonly #types = new Map<string, TypeOfEvent>();

  constructor(emitter: EventEmitter) {
    this.#emitter = emitter;
  }

  /**
   * Adds `listener` unless it is there already. Event objects exist only while such listeners do.
   * @throws TypeError for what is neither a listener nor null or undefined, and for wrong options
   */
  add(name: string, listener: Listener | null | undefined, options?: ListenerOptions | boolean | null): void {
    const { once, signal } = checkListenerOptions(options);
    if (!isListener(listener)) return;
    const capture = captureOf(options);
    const type = this.#typeOf(name);
    if (signal?.aborted === true || this.#find(type, listener, capture) !== undefined) return;
    const onAbort = (): void => this.#remove(type, entry);
    const entry: Entry = { listener, capture, once: Boolean(once), signal, onAbort, state: "there" };
    signal?.addEventListener("abort", onAbort, { once: true });
    type.entries = [...type.entries, entry];
    if (type.entries.length === 1) this.#emitter.on(type.name, type.bridge);
  }

  /** Removes `listener`, or does nothing if it is not there. */
  remove(name: string, listener: Listener | null | undefined, options?: ListenerOptions | boolean | null): void {
    if (!isListener(listener)) return;
    const type = this.#typeOf(name);
    const entry = this.#find(type, listener, captureOf(options));
    if (entry !== undefined) this.#remove(type, entry);
  }

  /** The `on…` handler of a type. */
  handler(name: string): unknown {
    return this.#types.get(name)?.handler ?? null;
  }

  /** Replaces the `on…` handler of a type; anything but a function means none. */
  setHandler(name: string, handler: unknown): void {
    const type = this.#typeOf(name);
    type.handler = typeof handler === "function" ? handler : null;
    if (type.handler === null) this.remove(name, type.slot);
    else this.add(name, type.slot);
  }

  /** Emits an event. What a listener throws becomes an uncaughtException, and the DOM's listeners all hear of the event. */
  tell(name: string, ...args: readonly unknown[]): void {
    const type = this.#types.get(name);
    const calls = type?.calls;
    try {
      this.#emitter.emit(name, ...args);
    } catch (error) {
      report(error);
      if (type !== undefined && type.calls === calls && type.entries.length > 0) type.bridge(...args);
    }
  }

  #call(type: TypeOfEvent, args: readonly unknown[]): void {
    type.calls += 1;
    const event = makeEvent(type.name, this.#emitter, args);
    const { entries } = type;
    for (const entry of entries) {
      if (entry.state === "removed") continue;
      if (entry.once) this.#remove(type, entry);
      this.#invoke(entry.listener, event);
      if (entries.length > 1 && !this.#goesOn(type, event)) break;
    }
    TargetEvent.end(event);
  }

  /** removeAllListeners() goes behind this table's back. */
  #goesOn(type: TypeOfEvent, event: TargetEvent): boolean {
    return TargetEvent.goesOn(event) && this.#emitter.listenerCount(type.name) > 0;
  }

  #invoke(listener: Listener, event: TargetEvent): void {
    try {
      if (typeof listener === "function") listener.call(this.#emitter, event as never);
      else listener.handleEvent(event as never);
    } catch (error) {
      report(error);
    }
  }

  #find(type: TypeOfEvent, listener: unknown, capture: boolean): Entry | undefined {
    if (type.entries.length > 0 && !this.#emitter.listeners(type.name).includes(type.bridge)) this.#removeAll(type);
    return type.entries.find((entry) => entry.listener === listener && entry.capture === capture);
  }

  #remove(type: TypeOfEvent, entry: Entry): void {
    if (entry.state === "removed") return;
    entry.state = "removed";
    entry.signal?.removeEventListener("abort", entry.onAbort);
    type.entries = type.entries.filter((other) => other !== entry);
    if (type.entries.length === 0) this.#emitter.off(type.name, type.bridge);
  }

  #removeAll(type: TypeOfEvent): void {
    for (const entry of type.entries) this.#remove(type, entry);
  }

  #typeOf(name: string): TypeOfEvent {
    const known = this.#types.get(name);
    if (known !== undefined) return known;
    const type: TypeOfEvent = {
      name,
      entries: [],
      bridge: (...args) => this.#call(type, args),
      calls: 0,
      handler: null,
      // Replacing a handler keeps its place among the listeners.
      slot: (event) => (type.handler as ((event: never) => void) | null)?.call(this.#emitter, event),
    };
    this.#types.set(name, type);
    return type;
  }
}

/** As Node's EventTarget does it: the other listeners hear of the event first. */
function report(error: unknown): void {
  process.nextTick(() => {
    throw error;
  });
}

function makeEvent(type: string, target: unknown, args: readonly unknown[]): TargetEvent {
  switch (type) {
    case "message":
    case "messageerror":
      return new TargetMessageEvent(type, target, args[0]);
    case "close":
      return new TargetCloseEvent(target, args[0], args[1], args[2]);
    case "error":
      return new TargetErrorEvent(target, args[0] as Error);
    default:
      return new TargetEvent(type, target);
  }
}
