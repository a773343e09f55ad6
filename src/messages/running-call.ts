// One call that a handler of this process works on, from its first frame to its last.
import { CallAbortedError } from "../errors.js";
import type { Peer } from "../role.js";
import { sendFailure } from "./failures.js";
import { endQuietly, ItemWriter } from "./item-writer.js";
import type { Link } from "./link.js";
import { FRAME_ANSWER, malformed } from "./link-frames.js";

/** What a handler learns of a call besides its value. */
export interface CallContext {
  /** The process that calls. */
  readonly from: Peer;
  /** Aborts when the answer is not wanted any more: the call was given up, or its process is gone. */
  readonly signal: AbortSignal;
}

/** Answers a call: with what it returns, or what the promise that it returns gives; a generator's items, one by one. */
export type Handler<Value = unknown> = (value: Value, context: CallContext) => unknown;

export class RunningCall {
  readonly link: Link;
  readonly id: number;
  readonly #onOver: (call: RunningCall) => void;
  #state: "wanted" | "unwanted" = "wanted";
  #reason: Error | undefined;
  #controller: AbortController | undefined;
  #writer: ItemWriter | undefined;

  /** @param onOver called once when the handler is done and its answer sent */
  constructor(link: Link, id: number, onOver: (call: RunningCall) => void) {
    this.link = link;
    this.id = id;
    this.#onOver = onOver;
  }

  /** Most handlers never look at it, so it is made only then. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#state === "unwanted") this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  run(handler: Handler, value: unknown): void {
    let result: unknown;
    try {
      result = handler(value, new Context(this));
      if (isThenable(result)) result = Promise.resolve(result);
    } catch (error) {
      return this.#fail(error);
    }
    if (!(result instanceof Promise)) return this.#succeed(result);
    result.then(
      (answer) => this.#succeed(answer),
      (error: unknown) => this.#fail(error),
    );
  }

  /** The answer is not wanted any more. */
  cancel(reason: Error): void {
    this.#state = "unwanted";
    this.#reason = reason;
    this.#controller?.abort(reason);
    this.#writer?.stop();
  }

  /**
   * The caller takes so many more items.
   * @throws LinkError MN_ERR_FRAME_VALUE where that makes no sense
   */
  grant(count: number): void {
    if (this.#writer === undefined) throw malformed("it grants items of an answer that is not streamed");
    this.#writer.grant(count);
  }

  #succeed(answer: unknown): void {
    let items: AsyncIterator<unknown> | undefined;
    try {
      items = itemsOf(answer);
    } catch (error) {
      return this.#fail(error);
    }
    if (items !== undefined) void this.#stream(items);
    else if (this.link.isFull) void this.#whenRoom(() => this.#sendAnswer(answer));
    else this.#finish(() => this.#sendAnswer(answer));
  }

  #fail(error: unknown): void {
    if (this.link.isFull) void this.#whenRoom(() => sendFailure(this.link, this.id, error));
    else this.#finish(() => sendFailure(this.link, this.id, error));
  }

  async #stream(items: AsyncIterator<unknown>): Promise<void> {
    if (this.#state === "unwanted") {
      await endQuietly(items);
      return this.#onOver(this);
    }
    this.#writer = new ItemWriter(this.link, this.id, items);
    try {
      await this.#writer.write();
    } catch (error) {
      return this.#fail(error);
    }
    this.#onOver(this);
  }

  async #whenRoom(send: () => void): Promise<void> {
    while (this.link.isOpen && this.link.isFull) await this.link.drained;
    this.#finish(send);
  }

  #finish(send: () => void): void {
    if (this.#state === "wanted") send();
    this.#onOver(this);
  }

  #sendAnswer(answer: unknown): void {
    try {
      this.link.sendValue(FRAME_ANSWER, answer, this.id);
    } catch (error) {
      sendFailure(this.link, this.id, error);
    }
  }
}

export function notWanted(): CallAbortedError {
  return new CallAbortedError("MN_ERR_CALL_ABORTED", "the caller does not wait for the answer any more");
}

class Context implements CallContext {
  readonly #call: RunningCall;

  constructor(call: RunningCall) {
    this.#call = call;
  }

  get from(): Peer {
    return this.#call.link.peer;
  }

  get signal(): AbortSignal {
    return this.#call.signal;
  }
}

function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null && typeof Reflect.get(value, "then") === "function";
}

/** An iterator of what is no value but gives some: a generator, or a stream. */
function itemsOf(answer: unknown): AsyncIterator<unknown> | undefined {
  if (typeof answer !== "object" || answer === null) return undefined;
  const iterate: unknown = Reflect.get(answer, Symbol.asyncIterator);
  return typeof iterate === "function" ? (iterate.call(answer) as AsyncIterator<unknown>) : undefined;
}
