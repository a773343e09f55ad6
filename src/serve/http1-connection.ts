// One HTTP/1 connection: what is in flight on it, and how it comes to its end once its server drains.
import type { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { endAfter } from "./last-response.js";

export class Http1Connection {
  readonly socket: Socket;
  /** The answers that are not all out, in the order of their requests: one at most, or a few. */
  readonly #open: ServerResponse[] = [];
  /** The answer whose time counts, and when its request began: with several at once, one is enough. */
  #timed: ServerResponse | undefined;
  #timedSince = 0;
  /** How many bytes had come when nothing was in flight: any more are the beginning of a request. */
  #bytesAtRest = 0;
  /** Set once the server drains: milliseconds for which the connection may be idle. */
  #grace: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  /** @param since when the request began, 0 where its time does not count; see ResponseTimes */
  begin(response: ServerResponse, since: number): void {
    if (since !== 0) {
      this.#timed = response;
      this.#timedSince = since;
    }
    if (this.#grace !== undefined) {
      clearTimeout(this.#timer);
      this.#endWith(response);
    }
    this.#open.push(response);
  }

  /** The answer is out; a request that still comes in is in flight all the same. Returns since when, as it was told to begin(). */
  finish(request: IncomingMessage, response: ServerResponse): number {
    if (request.complete) this.#end(response);
    else {
      if (this.#grace !== undefined) this.#linger(request);
      request.once("close", () => this.#end(response));
    }
    if (response !== this.#timed) return 0;
    this.#timed = undefined;
    return this.#timedSince;
  }

  drain(grace: number): void {
    this.#grace = grace;
    for (const response of this.#open) this.#endWith(response);
    this.#rest();
  }

  /** The connection is closed, or no longer one of HTTP. */
  release(): void {
    clearTimeout(this.#timer);
  }

  /** Only the newest response ends the connection: a client that sent several requests at once is to get all answers. */
  #endWith(response: ServerResponse): void {
    endAfter(response, () => this.#open.at(-1) === response);
  }

  /**
   * Node closes a connection behind its last answer, at once; where a body still comes in, the system would answer it
   * with a reset that can take the answer with it. So only our half is closed until all has come (RFC 9112, 9.6).
   */
  #linger(request: IncomingMessage): void {
    const { socket } = this;
    socket.destroySoon = () => void socket.end();
    request.once("close", () => Socket.prototype.destroySoon.call(socket));
  }

  #end(response: ServerResponse): void {
    const at = this.#open.indexOf(response);
    if (at !== -1) this.#open.splice(at, 1);
    this.#bytesAtRest = this.socket.bytesRead;
    this.#rest();
  }

  /** Ends the connection after the grace, unless something has come by then: what waits to be read is read first. */
  #rest(): void {
    if (this.#grace === undefined || this.#open.length > 0) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => setImmediate(() => this.#endIfIdle()), this.#grace);
  }

  #endIfIdle(): void {
    if (this.#open.length === 0 && this.socket.bytesRead === this.#bytesAtRest) this.socket.destroySoon();
  }
}
