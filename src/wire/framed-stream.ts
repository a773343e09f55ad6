// Whole values over any duplex stream, with the interface of a WebSocket and of an EventEmitter.

import { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import { BackpressureError, type LinkError } from "../errors.js";
import { workedMs } from "../work-clock.js";
import { checkClose } from "./close-codes.js";
import { ValueEncoder } from "./codec.js";
import { type FramedEventMap, ListenerTable } from "./events.js";
import type { EventListener, ListenerOptions } from "./listener-options.js";
import { type ConnectionState, FramedConnection } from "./framed-connection.js";
import { checkDuplex, checkOptions, type FrameStreamOptions, type Settings } from "./stream-options.js";

const readyStates: { readonly [State in ConnectionState]: 0 | 1 | 2 | 3 } = {
  connecting: 0,
  open: 1,
  closing: 2,
  ending: 2,
  failed: 2,
  closed: 3,
};

/** What an EventEmitter listener gets for each event. */
export interface FramedStreamEvents<Value> {
  open: [];
  message: [value: Value];
  close: [code: number, reason: string, wasClean: boolean];
  error: [error: LinkError];
}

type Handler<Event> = ((event: Event) => void) | null;
type Events<Value> = FramedEventMap<FramedStream<Value>, Value>;

/**
 * Turns a duplex stream of bytes into one of whole values. The stream belongs to the result from then on.
 * @param stream any Duplex: a socket, a TLS socket, one end of a pair, also one that has data waiting already
 * @param options `maxPayload` (bytes, 16 MiB), `maxBufferedAmount` (bytes, 64 MiB), `closeTimeout` (ms, 30,000)
 * @throws UsageError MN_ERR_NOT_A_STREAM, MN_ERR_OPTION
 */
export function frameStream<Value = unknown>(stream: Duplex, options?: FrameStreamOptions): FramedStream<Value> {
  return new FramedStream<Value>(stream, options);
}

/**
 * See `frameStream`. It follows the WebSocket interface (https://websockets.spec.whatwg.org) and is an EventEmitter:
 * `open`, `message` (value), `error` (LinkError; `close` follows) and `close` (code, reason, wasClean).
 */
export class FramedStream<Value = unknown> extends EventEmitter<FramedStreamEvents<Value>> {
  declare static readonly CONNECTING: 0;
  declare static readonly OPEN: 1;
  declare static readonly CLOSING: 2;
  declare static readonly CLOSED: 3;
  declare readonly CONNECTING: 0;
  declare readonly OPEN: 1;
  declare readonly CLOSING: 2;
  declare readonly CLOSED: 3;

  readonly #stream: Duplex;
  readonly #settings: Settings;
  readonly #encoder: ValueEncoder;
  readonly #connection: FramedConnection;
  /** Bytes that send() was given after the end. */
  #unsent = 0;
  readonly #listeners: ListenerTable = new ListenerTable(this);

  constructor(stream: Duplex, options: FrameStreamOptions = {}) {
    super();
    checkDuplex(stream);
    this.#stream = stream;
    this.#settings = checkOptions(options);
    this.#encoder = new ValueEncoder(this.#settings.maxPayload);
    const sink = {
      open: () => this.#listeners.tell("open"),
      message: (value: unknown) => this.#listeners.tell("message", value),
      close: (code: number, reason: string, wasClean: boolean) => this.#listeners.tell("close", code, reason, wasClean),
      // An EventEmitter throws errors that nobody listens for; here `close` tells enough.
      error: (error: LinkError) => this.listenerCount("error") > 0 && this.#listeners.tell("error", error),
    };
    this.#connection = new FramedConnection(stream, this.#settings, sink, { startTimer, clock: workedMs });
  }

  /** 0 CONNECTING, 1 OPEN, 2 CLOSING, 3 CLOSED. */
  get readyState(): 0 | 1 | 2 | 3 {
    return readyStates[this.#connection.state];
  }

  /**
   * Bytes that `send` has taken and the stream has not yet handed on, frame headers included. As with a WebSocket, what
   * was not sent when the stream closed stays counted, and so is what is sent after that.
   */
  get bufferedAmount(): number {
    const { bufferedBytes, lostBytes } = this.#connection.writer;
    return bufferedBytes + lostBytes + this.#unsent;
  }

  /**
   * Sends one value. All values of one turn of the event loop go out together. After `close` it sends nothing, as with
   * a WebSocket.
   * @throws DOMException InvalidStateError while the stream is still connecting,
   * BackpressureError MN_ERR_BACKPRESSURE while more than `maxBufferedAmount` bytes wait,
   * UsageError MN_ERR_FRAME_TOO_LARGE, DOMException DataCloneError for functions, symbols and the like
   */
  send(value: unknown): void {
    if (this.readyState === FramedStream.CONNECTING) throw notYetOpen();
    if (this.readyState !== FramedStream.OPEN) return this.#count(value);
    if (this.bufferedAmount > this.#settings.maxBufferedAmount) throw tooMuchWaits(this.bufferedAmount);
    this.#encoder.encodeTo(this.#connection.writer, value);
  }

  /**
   * Says close after everything that was sent, and ends once the peer has said it, too. Further calls do nothing.
   * As with a WebSocket, messages that come after this call are not delivered.
   * While the stream is connecting, it fails instead: `error` and `close` with 1006 follow, and no `open`.
   * @param code 1000-1003, 1007-1014 or 3000-4999; left out, both sides are told 1005
   * @param reason at most 123 bytes of UTF-8; not sent without a code
   * @throws DOMException InvalidAccessError for another code, SyntaxError for a longer reason
   */
  close(code?: number, reason?: string): void {
    this.#connection.close(...checkClose(code, reason));
  }

  /** Destroys the stream at once; what waits is lost. `close` comes with 1006, unless both sides had said close. */
  terminate(): void {
    this.#connection.terminate();
  }

  /** Lets no message come until `resume`: not even those that have arrived already. */
  pause(): this {
    this.#stream.pause();
    return this;
  }

  /** Lets messages come again. */
  resume(): this {
    this.#stream.resume();
    return this;
  }

  isPaused(): boolean {
    return this.#stream.isPaused();
  }

  addEventListener<Type extends keyof FramedEventMap<this, Value>>(
    type: Type,
    listener: EventListener<FramedEventMap<this, Value>[Type]> | null | undefined,
    options?: ListenerOptions | boolean | null,
  ): void {
    this.#listeners.add(type, listener, options);
  }

  removeEventListener<Type extends keyof FramedEventMap<this, Value>>(
    type: Type,
    listener: EventListener<FramedEventMap<this, Value>[Type]> | null | undefined,
    options?: ListenerOptions | boolean | null,
  ): void {
    this.#listeners.remove(type, listener, options);
  }

  get onopen(): Handler<Events<Value>["open"]> {
    return this.#listeners.handler("open") as Handler<Events<Value>["open"]>;
  }

  set onopen(handler: Handler<Events<Value>["open"]>) {
    this.#listeners.setHandler("open", handler);
  }

  get onmessage(): Handler<Events<Value>["message"]> {
    return this.#listeners.handler("message") as Handler<Events<Value>["message"]>;
  }

  set onmessage(handler: Handler<Events<Value>["message"]>) {
    this.#listeners.setHandler("message", handler);
  }

  get onclose(): Handler<Events<Value>["close"]> {
    return this.#listeners.handler("close") as Handler<Events<Value>["close"]>;
  }

  set onclose(handler: Handler<Events<Value>["close"]>) {
    this.#listeners.setHandler("close", handler);
  }

  get onerror(): Handler<Events<Value>["error"]> {
    return this.#listeners.handler("error") as Handler<Events<Value>["error"]>;
  }

  set onerror(handler: Handler<Events<Value>["error"]>) {
    this.#listeners.setHandler("error", handler);
  }

  #count(value: unknown): void {
    const frame = this.#encoder.encode(value);
    this.#unsent += frame.length;
    this.#encoder.release(frame);
  }
}

for (const [value, name] of ["CONNECTING", "OPEN", "CLOSING", "CLOSED"].entries()) {
  for (const place of [FramedStream, FramedStream.prototype])
    Object.defineProperty(place, name, { value, enumerable: true });
}

function notYetOpen(): DOMException {
  return new DOMException("the stream is still connecting: send once it is open", "InvalidStateError");
}

function startTimer(milliseconds: number, callback: () => void): () => void {
  const timer = setTimeout(callback, milliseconds);
  timer.unref();
  return () => clearTimeout(timer);
}

function tooMuchWaits(bytes: number): BackpressureError {
  return new BackpressureError(
    "MN_ERR_BACKPRESSURE",
    `${bytes} bytes wait for a receiver that does not read: send less, or wait until bufferedAmount falls`,
  );
}
