// One link: frames to and from one other process. What they say is for others to know.
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { BackpressureError, LinkError } from "../errors.js";
import { Deferred } from "../promises.js";
import type { Peer } from "../role.js";
import { workedMs } from "../work-clock.js";
import { CLOSE_GOING_AWAY, CLOSE_PROTOCOL_ERROR } from "../wire/close-codes.js";
import { ValueDecoder, ValueEncoder } from "../wire/codec.js";
import { FrameDecoder } from "../wire/decoder.js";
import { encodeClose, FRAME_CLOSE } from "../wire/frame.js";
import { FrameWriter } from "../wire/frame-writer.js";
import {
  FRAME_PUBLISH,
  linkLimits,
  nameFrame,
  numbersFrame,
  writeCallHead,
  writeNumber,
  writePublishHead,
} from "./link-frames.js";
import { RemoteView } from "./remote-view.js";

export interface MessageLimits {
  /** Bytes of one value. */
  maxPayload: number;
  /** Bytes that may wait for one process. */
  maxBufferedAmount: number;
}

/** Who understands the frames of a link. */
export interface LinkSink {
  /**
   * A frame has come: its payload is `bytes[start..end)`, good only until this returns.
   * @throws LinkError for what breaks the protocol: the link is closed
   */
  frame(link: Link, type: number, bytes: Buffer, start: number, end: number): void;
  /** Nothing more comes. Once; with the error that closed it, if one did. */
  closed(link: Link, error: LinkError | undefined): void;
}

/** Bytes that may wait before a sender is asked to. */
const HIGH_WATER: number = 1024 * 1024;
/** Bytes of frames without a value that may wait besides values, as they are sent whatever waits. */
const CONTROL_ROOM: number = 4 * 1024 * 1024;
/** Milliseconds that the last words of a link that failed have. */
const LAST_WORDS_MS = 1_000;

export class Link {
  readonly peer: Peer;
  /** What the other process has told of itself. */
  readonly remote: RemoteView;
  readonly #stream: Duplex;
  readonly #limits: MessageLimits;
  readonly #sink: LinkSink;
  readonly #writer: FrameWriter;
  readonly #encoder: ValueEncoder;
  readonly #decoder: ValueDecoder;
  readonly #frames: FrameDecoder;
  #state: "open" | "closing" | "closed" = "open";
  #error: LinkError | undefined;
  #drained: Deferred<void> | undefined;
  #flushed: Deferred<void> | undefined;

  constructor(stream: Duplex, peer: Peer, limits: MessageLimits, sink: LinkSink) {
    this.peer = peer;
    this.remote = new RemoteView(limits.maxPayload);
    this.#stream = stream;
    this.#limits = limits;
    this.#sink = sink;
    this.#writer = new FrameWriter(stream, () => this.#onWritten(), stream instanceof Socket ? "reused" : "new");
    this.#encoder = new ValueEncoder(limits.maxPayload);
    this.#decoder = new ValueDecoder(limits.maxPayload, workedMs);
    this.#frames = new FrameDecoder(linkLimits(limits.maxPayload), (type, bytes, start, end) =>
      this.#onFrame(type, bytes, start, end),
    );
    stream.on("data", (chunk: Buffer) => this.#onData(chunk));
    stream.on("end", () => this.#onEnd());
    stream.on("error", () => {});
    stream.on("close", () => this.#onClose());
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  /** Bytes that wait for the other process to read. */
  get bufferedAmount(): number {
    return this.#writer.bufferedBytes;
  }

  /** Whether so much waits that nothing more is taken. */
  get isFull(): boolean {
    return this.bufferedAmount > this.#limits.maxBufferedAmount;
  }

  /** Whether so much waits that a sender had better wait, too. */
  get isBusy(): boolean {
    return this.bufferedAmount > Math.min(HIGH_WATER, this.#limits.maxBufferedAmount);
  }

  /** Resolves when a sender need not wait any more, as there is room or nobody to send to. */
  get drained(): Promise<void> {
    if (this.#state === "closed" || !this.isBusy) return Promise.resolve();
    this.#drained ??= new Deferred();
    return this.#drained.promise;
  }

  /** Resolves when everything is out, or cannot come to be. */
  get flushed(): Promise<void> {
    if (this.#state === "closed" || this.bufferedAmount === 0) return Promise.resolve();
    this.#flushed ??= new Deferred();
    return this.#flushed.promise;
  }

  sendNumbers(type: number, ...numbers: readonly number[]): void {
    this.#sendControl(numbersFrame(type, ...numbers));
  }

  sendName(type: number, name: string, ...numbers: readonly number[]): void {
    this.#sendControl(nameFrame(type, name, ...numbers));
  }

  /**
   * Sends a value behind one or two numbers.
   * @throws BackpressureError MN_ERR_BACKPRESSURE, UsageError MN_ERR_FRAME_TOO_LARGE, DOMException DataCloneError
   */
  sendValue(type: number, value: unknown, number: number, second?: number): void {
    if (this.isFull) throw tooMuchWaits(this);
    if (this.#state !== "open") return;
    const writeHead = second === undefined ? writeNumber : writeCallHead;
    this.#encoder.encodeTo(this.#writer, value, type, writeHead, number, second);
  }

  /**
   * Sends a message that goes to this process only.
   * @throws UsageError MN_ERR_FRAME_TOO_LARGE, DOMException DataCloneError
   */
  publish(encoder: ValueEncoder, value: unknown, port: number, context: number): void {
    if (this.#state !== "open") return;
    encoder.encodeTo(this.#writer, value, FRAME_PUBLISH, writePublishHead, port, context);
  }

  /** The value that sendValue() of the other side has sent: each has to be read, in order. */
  readValue(bytes: Buffer, start: number, end: number): unknown {
    return this.#decoder.decode(bytes, start, end);
  }

  /** Sends a whole frame; tells whether its bytes may be used again. */
  send(frame: Buffer): "copied" | "kept" {
    if (this.#state !== "open") return "copied";
    return this.#writer.add(frame) ? "copied" : "kept";
  }

  /** Ends the link after all that was sent. */
  close(): void {
    if (this.#state !== "open") return;
    this.send(encodeClose(CLOSE_GOING_AWAY, ""));
    this.#writer.flush();
    this.#state = "closing";
    this.#stream.end();
  }

  destroy(): void {
    this.#stream.destroy();
  }

  /** A frame without a value is sent whatever waits: a peer that asks for answers and reads none is left. */
  #sendControl(frame: Buffer): void {
    const { maxBufferedAmount, maxPayload } = this.#limits;
    if (this.isOpen && this.bufferedAmount > maxBufferedAmount + maxPayload + CONTROL_ROOM) this.#fail(notRead(this));
    else this.send(frame);
  }

  #onData(chunk: Buffer): void {
    this.#frames.push(chunk);
    if (this.#frames.error !== undefined) this.#fail(this.#frames.error);
  }

  #onFrame(type: number, bytes: Buffer, start: number, end: number): boolean {
    try {
      if (type !== FRAME_CLOSE) this.#sink.frame(this, type, bytes, start, end);
      return true;
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      this.#fail(error);
      return false;
    }
  }

  #onEnd(): void {
    const cut = this.#frames.end();
    if (cut !== undefined) this.#error ??= cut;
    if (this.#state !== "open") return;
    // What is sent from now on would be written nowhere, and counted as waiting.
    this.#writer.flush();
    this.#state = "closing";
    this.#stream.end();
  }

  /** Says why, as far as the other side still listens, and is gone. */
  #fail(error: LinkError): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    this.#frames.stop();
    this.send(encodeClose(CLOSE_PROTOCOL_ERROR, error.code));
    this.#writer.flush();
    this.#state = "closing";
    const timer = setTimeout(() => this.destroy(), LAST_WORDS_MS).unref();
    this.#stream.end(() => {
      clearTimeout(timer);
      this.destroy();
    });
  }

  #onClose(): void {
    this.#state = "closed";
    this.#drained?.resolve();
    this.#flushed?.resolve();
    this.#sink.closed(this, this.#error);
  }

  #onWritten(): void {
    if (this.#drained !== undefined && !this.isBusy) {
      this.#drained.resolve();
      this.#drained = undefined;
    }
    if (this.#flushed !== undefined && this.bufferedAmount === 0) {
      this.#flushed.resolve();
      this.#flushed = undefined;
    }
  }
}

export function tooMuchWaits(...links: readonly Link[]): BackpressureError {
  const who = links.map(({ peer, bufferedAmount }) => `${peer.id} (${bufferedAmount} bytes)`).join(", ");
  return new BackpressureError(
    "MN_ERR_BACKPRESSURE",
    `too much waits for ${who}: send less, or wait for drained; what was sent to others is on its way`,
  );
}

function notRead({ peer, bufferedAmount }: Link): LinkError {
  return new LinkError("MN_ERR_BACKPRESSURE", `${bufferedAmount} bytes wait for ${peer.id}, which does not read them`);
}
