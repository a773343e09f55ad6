// A program's UDP socket: what it has received, and the end of that in a drain.
import type { Socket } from "node:dgram";
import type { DrainOptions } from "./drain.js";
import { type UdpHandle, udpHandleOf } from "./udp-handles.js";

/** Milliseconds in which a program answers a datagram that it has received. */
const ANSWER_MS = 1_000;

export class Datagrams {
  received = 0;
  readonly #socket: Socket;
  readonly #handle: UdpHandle | undefined;
  readonly #closed: Promise<void>;
  /** When the latest one came. */
  #latest = 0;

  /** @param socket one that is bound */
  constructor(socket: Socket) {
    this.#socket = socket;
    this.#handle = udpHandleOf(socket);
    this.#closed = new Promise((resolve) => socket.once("close", resolve));
    if (this.#handle !== undefined) this.#count(this.#handle);
  }

  /** Leaves what comes from now on to other nodes. */
  stopReceiving(): void {
    if (this.#isOpen) this.#handle?.recvStop();
  }

  /** Receives no more; resolves when what was received should be answered, soon after `signal` aborts at the latest. */
  async drain({ timeout, servers }: DrainOptions, signal: AbortSignal): Promise<void> {
    this.stopReceiving();
    await Promise.race([this.#closed, this.#answered(timeout, signal)]);
    if (servers === "close" && this.#isOpen) this.#socket.close();
  }

  get #isOpen(): boolean {
    return this.#handle !== undefined && udpHandleOf(this.#socket) === this.#handle;
  }

  #answered(timeout: number, signal: AbortSignal): Promise<void> {
    const rest = Math.min(this.#latest + ANSWER_MS - Date.now(), timeout);
    if (rest <= 0 || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      setTimeout(resolve, rest);
      signal.addEventListener("abort", () => resolve());
    });
  }

  #count(handle: UdpHandle): void {
    const { onmessage } = handle;
    handle.onmessage = (...args) => {
      this.received += 1;
      this.#latest = Date.now();
      onmessage?.apply(handle, args);
    };
  }
}
