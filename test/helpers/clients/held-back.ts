// A network between a client and its socket, on which a test can hold back what goes out.
import { once } from "node:events";
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { within } from "../deadline.js";

export class HeldBack extends Duplex {
  readonly #socket: Socket;
  /** How many bytes still go out; the rest waits. */
  #allowance = Number.POSITIVE_INFINITY;
  #waiting: { chunk: Buffer; callback: () => void } | undefined;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    socket.on("data", (chunk) => this.push(chunk) || socket.pause());
    socket.on("end", () => this.push(null));
    socket.on("error", (error) => this.destroy(error));
  }

  /** Lets so many bytes more go out, and then none. */
  holdOutgoing(allowance: number): void {
    this.#allowance = allowance;
  }

  /** Resolves when something waits to go out. */
  async held(): Promise<void> {
    if (this.#waiting === undefined) await within(once(this, "held"), "something is held back");
  }

  release(): void {
    this.#allowance = Number.POSITIVE_INFINITY;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) this.#socket.write(waiting.chunk, waiting.callback);
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    const now = chunk.subarray(0, this.#allowance);
    this.#allowance -= now.length;
    if (now.length === chunk.length) return void this.#socket.write(now, callback);
    this.#socket.write(now);
    this.#waiting = { chunk: chunk.subarray(now.length), callback };
    this.emit("held");
  }

  override _final(callback: () => void): void {
    this.#socket.end(callback);
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#socket.destroy();
    callback(error);
  }
}
