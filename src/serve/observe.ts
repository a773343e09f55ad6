// Sees the events of a server without a listener: programs count listeners, call them themselves, and remove all of them.
import type { EventEmitter } from "node:events";
import type { Server } from "node:net";

type Emit = EventEmitter["emit"];

/** Called with the arguments of an event. */
export type Observer = (...args: never[]) => void;

interface Observed {
  readonly observers: Map<string | symbol, readonly Observer[]>;
  /** Gives the server back the `emit` that it had, unless the program has replaced it meanwhile. */
  readonly restore: () => void;
}

const observed = new WeakMap<Server, Observed>();

/**
 * Calls before the listeners of an event are called, whether there are any or not. The server gets an `emit` of its own, which
 * costs one lookup for each event that is not observed.
 * @returns a function that ends it
 */
export function observe(server: Server, event: string, observer: Observer): () => void {
  const { observers, restore } = observed.get(server) ?? install(server);
  observers.set(event, [...(observers.get(event) ?? []), observer]);
  return () => {
    const others = observers.get(event)?.filter((other) => other !== observer) ?? [];
    if (others.length > 0) observers.set(event, others);
    else observers.delete(event);
    if (observers.size === 0) restore();
  };
}

function install(server: Server): Observed {
  const observers = new Map<string | symbol, readonly Observer[]>();
  const own = Object.getOwnPropertyDescriptor(server, "emit");
  function emit(this: Server, ...args: Parameters<Emit>): boolean {
    const called = observers.get(args[0]);
    if (called !== undefined) for (const observer of called) Reflect.apply(observer, undefined, args.slice(1));
    // Looked up each time, as instrumentation may replace it in the prototype later.
    const next = (own?.value ?? Object.getPrototypeOf(this).emit) as Emit;
    return Reflect.apply(next, this, args);
  }
  const restore = (): void => {
    if (server.emit !== emit) return;
    observed.delete(server);
    if (own === undefined) delete (server as Partial<Server>).emit;
    else Object.defineProperty(server, "emit", own);
  };
  Object.defineProperty(server, "emit", { value: emit, writable: true, configurable: true, enumerable: false });
  observed.set(server, { observers, restore });
  return { observers, restore };
}
