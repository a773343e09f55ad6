// What happens between a duplex stream and a framed one: frames in and out, the close handshake, failures.

import type { Duplex } from "node:stream";
import { LinkError, type UsageError } from "../errors.js";
import {
  CLOSE_ABNORMAL,
  CLOSE_INVALID_PAYLOAD,
  CLOSE_PROTOCOL_ERROR,
  CLOSE_TOO_LARGE,
  CLOSE_UNSUPPORTED_DATA,
} from "./close-codes.js";
import { ValueDecoder } from "./codec.js";
import { FrameDecoder, streamLimits } from "./decoder.js";
import { type CloseStatus, encodeClose, FRAME_VALUE, parseClose } from "./frame.js";
import type { Clock } from "./insertion-watch.js";
import { FrameWriter } from "./frame-writer.js";
import type { Settings } from "./stream-options.js";

/** "closing": we said close. "ending": both did. "failed": it is over, and the stream is on its way out. */
export type ConnectionState = "connecting" | "open" | "closing" | "ending" | "failed" | "closed";

/** Where it all goes. None of these may throw. */
export interface ConnectionSink {
  open(): void;
  message(value: unknown): void;
  error(error: LinkError): void;
  close(code: number, reason: string, wasClean: boolean): void;
}

/** Calls back once after so many milliseconds, without keeping the process alive. Returns how to cancel. */
export type StartTimer = (milliseconds: number, callback: () => void) => () => void;

/** What it takes of the world's time. */
export interface Timing {
  readonly startTimer: StartTimer;
  readonly clock: Clock;
}

interface Result extends CloseStatus {
  readonly wasClean: boolean;
}

export class FramedConnection {
  readonly writer: FrameWriter;
  readonly #stream: Duplex;
  readonly #sink: ConnectionSink;
  readonly #settings: Settings;
  readonly #startTimer: StartTimer;
  readonly #values: ValueDecoder;
  readonly #frames: FrameDecoder;
  #state: ConnectionState;
  #toldOpen = false;
  #result: Result = { code: CLOSE_ABNORMAL, reason: "", wasClean: false };
  // What a chunk still held when a listener paused.
  #rest: Buffer | undefined;
  #cancelDeadline: (() => void) | undefined;

  constructor(stream: Duplex, settings: Settings, sink: ConnectionSink, timing: Timing) {
    this.#stream = stream;
    this.#sink = sink;
    this.#settings = settings;
    this.#startTimer = timing.startTimer;
    this.writer = new FrameWriter(stream);
    this.#values = new ValueDecoder(settings.maxPayload, timing.clock);
    this.#frames = new FrameDecoder(streamLimits(settings.maxPayload), (type, bytes, start, end) => {
      if (type === FRAME_VALUE) this.#onValue(bytes, start, end);
      else this.#onCloseFrame(bytes, start, end);
      return !this.#stream.isPaused();
    });
    this.#state = (stream as { connecting?: boolean }).connecting === true ? "connecting" : "open";
    this.#start();
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Says close, after everything that was sent. Once: later calls do nothing. */
  close(code: number | undefined, reason: string): void {
    if (this.#state === "connecting") return this.#stopConnecting();
    if (this.#state !== "open") return;
    const frame = encodeClose(code, reason);
    this.#state = "closing";
    this.#endWith(frame);
  }

  #stopConnecting(): void {
    this.#state = "failed";
    const error = new LinkError("MN_ERR_STREAM_FAILED", "the stream was closed before it was connected");
    process.nextTick(() => this.#break(error));
  }

  /** Destroys the stream at once. */
  terminate(): void {
    if (this.#state === "closed") return;
    if (this.#state !== "ending") this.#state = "failed";
    this.#destroy();
  }

  // Listeners are attached at once, so that data which is already on its way is not missed; whatever comes first,
  // `open` is told before it.
  #start(): void {
    const stream = this.#stream;
    stream.on("error", (error) => this.#onStreamError(error));
    stream.on("close", () => this.#onClose());
    if (stream.destroyed || stream.readableEnded || !stream.writable) {
      this.#state = "failed";
      process.nextTick(() => this.#destroy());
      return;
    }
    stream.on("data", (chunk: unknown) => this.#onData(chunk));
    stream.on("resume", () => this.#decodeRest());
    stream.on("end", () => this.#onEnd());
    stream.on("finish", () => this.#destroyWhenDone());
    if (this.#state === "open") process.nextTick(() => this.#onOpen());
    else stream.once(isSecure(stream) ? "secureConnect" : "connect", () => this.#onOpen());
    stream.resume();
  }

  #onOpen(): void {
    if (this.#toldOpen || this.#stream.destroyed) return;
    this.#toldOpen = true;
    if (this.#state === "connecting") this.#state = "open";
    this.#sink.open();
  }

  #onData(chunk: unknown): void {
    this.#onOpen();
    if (!(chunk instanceof Uint8Array)) return this.#onForeignChunk(chunk);
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#decode(this.#rest === undefined ? bytes : Buffer.concat([this.#rest, bytes]));
  }

  #onForeignChunk(chunk: unknown): void {
    const message = `the stream gave a ${typeof chunk} instead of bytes: give frameStream a stream of Buffers`;
    this.#fail(new LinkError("MN_ERR_NOT_A_STREAM", message), CLOSE_UNSUPPORTED_DATA);
  }

  #decodeRest(): void {
    if (this.#rest !== undefined && !this.#stream.isPaused()) this.#decode(this.#rest);
  }

  #decode(bytes: Buffer): void {
    this.#rest = undefined;
    const taken = this.#frames.push(bytes);
    if (taken < bytes.length) this.#rest = bytes.subarray(taken);
    const error = this.#frames.error;
    if (error !== undefined) {
      this.#fail(error, error.code === "MN_ERR_FRAME_TOO_LARGE" ? CLOSE_TOO_LARGE : CLOSE_PROTOCOL_ERROR);
    }
  }

  #onValue(bytes: Buffer, start: number, end: number): void {
    if (this.#state !== "open") return;
    let value: unknown;
    try {
      value = this.#values.decode(bytes, start, end);
    } catch (error) {
      return this.#fail(error as LinkError, CLOSE_INVALID_PAYLOAD);
    }
    this.#sink.message(value);
  }

  #onCloseFrame(bytes: Buffer, start: number, end: number): void {
    let status: CloseStatus;
    try {
      status = parseClose(bytes, start, end);
    } catch (error) {
      return this.#fail(error as LinkError, CLOSE_PROTOCOL_ERROR);
    }
    this.#frames.stop();
    this.#result = { ...status, wasClean: true };
    const answered = this.#state === "closing";
    this.#state = "ending";
    if (!answered) this.#endWith(encodeClose(status.code, status.reason));
    // Someone may have paused; only at the end of the bytes is it over.
    this.#stream.resume();
  }

  #endWith(closeFrame: Buffer, whenWritten?: () => void): void {
    this.writer.add(closeFrame);
    this.writer.flush();
    this.#stream.end(whenWritten);
    this.#cancelDeadline ??= this.#startTimer(this.#settings.closeTimeout, () => {
      this.#destroy();
      this.#onClose();
    });
  }

  // Nothing more is decoded; what still comes is thrown away until the close frame has been written.
  #fail(error: LinkError | UsageError, code: number): void {
    if (this.#state === "failed" || this.#state === "ending" || this.#state === "closed") return;
    const weSaidClose = this.#state === "closing";
    this.#state = "failed";
    this.#result = { code, reason: error.code, wasClean: false };
    this.#frames.stop();
    this.#rest = undefined;
    this.#sink.error(error);
    if (weSaidClose) this.#destroyWhenDone();
    else this.#endWith(encodeClose(code, error.code), () => this.#destroy());
  }

  #onEnd(): void {
    if (this.#rest !== undefined) this.#decode(this.#rest);
    if (this.#state === "ending" || this.#state === "failed") return this.#destroyWhenDone();
    this.#break(this.#frames.end());
  }

  #onStreamError(cause: Error): void {
    if (this.#state === "ending" || this.#state === "failed" || this.#state === "closed") return;
    this.#break(new LinkError("MN_ERR_STREAM_FAILED", `the stream failed: ${cause.message}`, cause));
  }

  // Without a close frame there is nobody left to say anything to.
  #break(error: LinkError | undefined): void {
    if (this.#state === "closed") return;
    this.#state = "failed";
    this.#frames.stop();
    if (error !== undefined) this.#sink.error(error);
    this.#destroy();
  }

  #destroyWhenDone(): void {
    const done = this.#state === "ending" ? this.#stream.readableEnded : this.#state === "failed";
    if (done && this.#stream.writableFinished) this.#destroy();
  }

  // A stream that was made with emitClose: false does not tell.
  #destroy(): void {
    this.#frames.stop();
    this.#stream.destroy();
    setImmediate(() => {
      if (this.#stream.closed) this.#onClose();
    });
  }

  #onClose(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#frames.stop();
    this.#rest = undefined;
    this.#cancelDeadline?.();
    const { code, reason, wasClean } = this.#result;
    this.#sink.close(code, reason, wasClean);
  }
}

function isSecure(stream: Duplex): boolean {
  return (stream as { secureConnecting?: boolean }).secureConnecting === true;
}
