// The setting waitReady: a program is ready when it says process.send("ready"), and gets no connection before.
import { Deferred } from "../promises.js";
import type { AcceptingHandle, SocketHandle } from "../serve/handles.js";
import { HandedSocket } from "../serve/handed-socket.js";
import { Lifeline } from "../serve/lifeline.js";
import type { UdpHandle } from "../serve/udp-handles.js";

/** The word of PM2's `wait_ready`. */
const READY = "ready";

interface HeldBack {
  /** Returns 0, or the number of a system error. */
  begin: () => number;
  /** The process lives as if the server listened. */
  lifeline: Lifeline;
}

export class ReadyGate {
  /** Resolves when the program has said that it is ready. */
  readonly opened: Deferred<void> = new Deferred();
  readonly #failed: (error: Error) => void;
  readonly #held = new Set<HeldBack>();
  #state: "shut" | "open" = "shut";

  /** @param failed told where a server cannot listen after all */
  constructor(failed: (error: Error) => void) {
    this.#failed = failed;
    const send = process.send?.bind(process) as ((...message: unknown[]) => boolean) | undefined;
    if (send === undefined) return;
    process.send = (...message: unknown[]) => {
      const sent = send(...message);
      if (message[0] === READY) this.#open();
      return sent;
    };
  }

  /** What a server listens on: until the program is ready, the system's socket does not listen in this process. */
  guard(handle: SocketHandle): void {
    // The master hands connections over to nodes that are ready only.
    if (this.#state === "open" || handle instanceof HandedSocket) return;
    this.#guard(handle as AcceptingHandle, "listen");
  }

  /** The same for a UDP socket, which receives nothing until then. */
  guardUdp(handle: UdpHandle): void {
    if (this.#state !== "open") this.#guard(handle, "recvStart");
  }

  #guard<Method extends string>(
    handle: SocketHandle & Record<Method, (...args: never[]) => number>,
    method: Method,
  ): void {
    const original = handle[method];
    const close = handle.close.bind(handle);
    let held: HeldBack | undefined;
    const hold = (...args: never[]): number => {
      Object.assign(handle, { [method]: original });
      if (this.#state === "open") return original.apply(handle, args);
      held = { begin: () => original.apply(handle, args), lifeline: new Lifeline() };
      this.#held.add(held);
      return 0;
    };
    const release = (...args: []): void => {
      if (held !== undefined) this.#release(held);
      close(...args);
    };
    Object.assign(handle, { [method]: hold, close: release });
  }

  #open(): void {
    if (this.#state === "open") return;
    this.#state = "open";
    for (const held of this.#held) {
      const error = held.begin();
      this.#release(held);
      if (error !== 0) this.#failed(new Error(`the program is ready, but cannot listen (system error ${error})`));
    }
    this.opened.resolve();
  }

  #release(held: HeldBack): void {
    held.lifeline.cut();
    this.#held.delete(held);
  }
}
