// A named place where every process of the service can publish and listen, as the web's BroadcastChannel has it.
import { EventEmitter } from "node:events";
import { ListenerTable, type MessageEvent } from "../wire/events.js";
import type { EventListener, ListenerOptions } from "../wire/listener-options.js";
import type { Link } from "./link.js";
import type { Hold } from "./hold.js";
import { MessageQueue } from "./message-queue.js";
import type { Port } from "./room.js";

/** What channels need of the process that they are in. */
export interface ChannelHost {
  listen(port: Port, name: string): void;
  unlisten(port: Port, name: string): void;
  /** Returns whether the sender need not wait. */
  publish(port: Port, value: unknown): boolean;
  /** Where a message would go to now. */
  receivers(port: Port): readonly Link[];
  close(channel: Channel): void;
  /** What keeps the process alive. */
  readonly hold: Hold;
}

/** What an EventEmitter listener gets for each event. */
export interface ChannelEvents<Value> {
  message: [value: Value];
  messageerror: [error: Error];
}

/** The event object for each type. */
export interface ChannelEventMap<Value> {
  message: MessageEvent<Channel<Value>, Value> & { readonly type: "message" };
  messageerror: MessageEvent<Channel<Value>, Error> & { readonly type: "messageerror" };
}

type Handler<Event> = ((event: Event) => void) | null;

/**
 * See `nodes.channel()`. It follows the BroadcastChannel interface
 * (https://html.spec.whatwg.org/multipage/web-messaging.html#broadcasting-to-other-browsing-contexts), and is an
 * EventEmitter: `message` (value) and `messageerror` (error: a message came that cannot be decoded here).
 */
export class Channel<Value = unknown> extends EventEmitter<ChannelEvents<Value>> implements Port {
  readonly name: string;
  /** @internal */
  readonly number: number;
  readonly #host: ChannelHost;
  readonly #listeners: ListenerTable = new ListenerTable(this);
  readonly #queues = new Set<MessageQueue<Value>>();
  #state: "open" | "closed" = "open";
  #isHeld = false;

  /** @internal nodes.channel() makes it. */
  constructor(name: string, number: number, host: ChannelHost) {
    super();
    this.name = name;
    this.number = number;
    this.#host = host;
    this.ref();
    this.#watchListeners();
  }

  /** Bytes that wait for the receiver that is furthest behind. */
  get bufferedAmount(): number {
    if (this.#state === "closed") return 0;
    return Math.max(0, ...this.#host.receivers(this).map(({ bufferedAmount }) => bufferedAmount));
  }

  /** Resolves when no receiver is far behind. */
  get drained(): Promise<void> {
    if (this.#state === "closed") return Promise.resolve();
    return Promise.all(this.#host.receivers(this).map(({ drained }) => drained)).then(() => undefined);
  }

  /**
   * Sends a value to every other channel of this name that is listened on, in all processes. Returns false when one of
   * them is far behind, so that the sender had better wait for `drained`.
   * @throws DOMException DataCloneError for functions, symbols and the like, InvalidStateError after close();
   * UsageError MN_ERR_FRAME_TOO_LARGE; BackpressureError MN_ERR_BACKPRESSURE when more than maxBufferedAmount bytes
   * wait for a process: it does not get the message, all others do
   */
  postMessage(value: Value): boolean {
    if (this.#state === "closed") throw new DOMException(`the channel ${this.name} is closed`, "InvalidStateError");
    return this.#host.publish(this, value);
  }

  /** Nothing more comes, and nothing can be sent. What was sent arrives. */
  close(): void {
    if (this.#state === "closed") return;
    this.unref();
    this.#host.close(this as Channel);
    this.#state = "closed";
    for (const queue of this.#queues) queue.end();
  }

  /** Keeps the process alive while the channel is open, as it does from the start. */
  ref(): this {
    if (!this.#isHeld && this.#state === "open") {
      this.#isHeld = true;
      this.#host.hold.add();
    }
    return this;
  }

  /** Lets the process end although the channel is open. */
  unref(): this {
    if (this.#isHeld) {
      this.#isHeld = false;
      this.#host.hold.remove();
    }
    return this;
  }

  addEventListener<Type extends keyof ChannelEventMap<Value>>(
    type: Type,
    listener: EventListener<ChannelEventMap<Value>[Type]> | null | undefined,
    options?: ListenerOptions | boolean | null,
  ): void {
    this.#listeners.add(type, listener, options);
  }

  removeEventListener<Type extends keyof ChannelEventMap<Value>>(
    type: Type,
    listener: EventListener<ChannelEventMap<Value>[Type]> | null | undefined,
    options?: ListenerOptions | boolean | null,
  ): void {
    this.#listeners.remove(type, listener, options);
  }

  get onmessage(): Handler<ChannelEventMap<Value>["message"]> {
    return this.#listeners.handler("message") as Handler<ChannelEventMap<Value>["message"]>;
  }

  set onmessage(handler: Handler<ChannelEventMap<Value>["message"]>) {
    this.#listeners.setHandler("message", handler);
  }

  get onmessageerror(): Handler<ChannelEventMap<Value>["messageerror"]> {
    return this.#listeners.handler("messageerror") as Handler<ChannelEventMap<Value>["messageerror"]>;
  }

  set onmessageerror(handler: Handler<ChannelEventMap<Value>["messageerror"]>) {
    this.#listeners.setHandler("messageerror", handler);
  }

  /**
   * The messages from now on, until the channel is closed.
   * @throws BackpressureError MN_ERR_BACKPRESSURE when more than 65,536 messages wait to be read
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Value> {
    const queue = new MessageQueue<Value>(() => {
      this.#queues.delete(queue);
      this.off("message", queue.add);
    });
    if (this.#state === "closed") {
      queue.end();
      return queue;
    }
    this.#queues.add(queue);
    this.on("message", queue.add);
    return queue;
  }

  /** @internal Takes away the listeners, too, by which this class learns who listens: it adds them again. */
  override removeAllListeners(...event: [type?: keyof ChannelEvents<Value>]): this {
    super.removeAllListeners(...event);
    if (event.length === 0) this.#watchListeners();
    return this;
  }

  /** @internal */
  deliver(value: unknown): void {
    if (this.#state === "open") this.#listeners.tell("message", value);
  }

  /** @internal */
  deliverError(error: Error): void {
    if (this.#state === "open") this.#listeners.tell("messageerror", error);
  }

  #watchListeners(): void {
    const self = this as EventEmitter;
    self.on("newListener", (event) => {
      if (event === "message" && this.#state === "open") this.#host.listen(this, this.name);
    });
    self.on("removeListener", (event) => {
      const isLast = event === "message" && this.listenerCount("message") === 0;
      if (isLast && this.#state === "open") this.#host.unlisten(this, this.name);
    });
  }
}
