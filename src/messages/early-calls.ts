// Calls that wait because a process is starting which may come to handle them.
import { BackpressureError, CallTimeoutError } from "../errors.js";
import { type Abortable, AbortWatch } from "./abort-watch.js";
import { Answer } from "./answer.js";
import { copyOf } from "../wire/codec.js";
import { Deadlines, Wait } from "./deadlines.js";
import { MOST_CALLS } from "./limits.js";
import type { MessageLimits } from "./link.js";
import { aborted } from "./pending-call.js";
import type { CallSettings } from "./targets.js";

/** A call as the program made it; the value is a copy, as the program may change its own meanwhile. */
export interface CallRequest {
  readonly target: string;
  readonly name: string;
  readonly value: unknown;
  /** How many of them the value takes. */
  readonly bytes: number;
  readonly settings: CallSettings;
}

/**
 * Sends a call, whose answer may take so many milliseconds; returns `undefined` where it has to wait on.
 * @throws the error that the call ends with
 */
export type Send = (request: CallRequest, patience: number) => Promise<unknown> | undefined;

export class EarlyCalls {
  readonly #limits: MessageLimits;
  readonly #send: Send;
  readonly #deadlines = new Deadlines();
  readonly #signals = new AbortWatch();
  /** In the order in which they were made. */
  readonly #waiting = new Set<EarlyCall>();
  /** What their values take. */
  #bytes = 0;

  constructor(limits: MessageLimits, send: Send) {
    this.#limits = limits;
    this.#send = send;
  }

  /**
   * @throws CallAbortedError where its signal has aborted already, BackpressureError where too much waits, UsageError or
   * DOMException for a value that cannot be sent
   */
  add(target: string, name: string, value: unknown, settings: CallSettings): Answer {
    const { timeout, signal } = settings;
    if (signal?.aborted === true) throw aborted(target, name, signal.reason);
    const { maxPayload, maxBufferedAmount } = this.#limits;
    if (this.#waiting.size >= MOST_CALLS || this.#bytes > maxBufferedAmount) throw tooMuchWaits(target);
    const { copy, bytes } = copyOf(value, maxPayload);
    const request = { target, name, value: copy, bytes, settings };
    const call = new EarlyCall(request, () => this.#remove(call));
    this.#waiting.add(call);
    this.#bytes += bytes;
    if (timeout > 0) this.#deadlines.add(call, timeout);
    if (signal !== undefined) this.#signals.add(signal, call);
    return call.answer;
  }

  /** Another process has joined, has a handler more, has started or ended: sends what can be sent, ends what is in vain. */
  review(): void {
    for (const call of this.#waiting) {
      try {
        const answer = this.#send(call.request, call.patience);
        if (answer !== undefined) call.settle(answer);
      } catch (error) {
        call.settle(Promise.reject(error));
      }
    }
  }

  #remove(call: EarlyCall): void {
    if (!this.#waiting.delete(call)) return;
    this.#bytes -= call.request.bytes;
    this.#deadlines.remove(call);
    const { signal } = call.request.settings;
    if (signal !== undefined) this.#signals.remove(signal, call);
  }
}

class EarlyCall extends Wait implements Abortable {
  readonly request: CallRequest;
  readonly answer: Answer;
  readonly #leave: () => void;
  #resolve!: (answer: unknown) => void;

  constructor(request: CallRequest, leave: () => void) {
    super();
    this.request = request;
    this.#leave = leave;
    this.answer = new Answer((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Milliseconds that are left for its answer; 0: no limit. */
  get patience(): number {
    return this.request.settings.timeout === 0 ? 0 : Math.max(1, this.due - performance.now());
  }

  settle(answer: Promise<unknown>): void {
    this.#leave();
    this.#resolve(answer);
  }

  override expire(): void {
    this.settle(Promise.reject(notHandled(this.request)));
  }

  abort(reason: unknown): void {
    const { target, name } = this.request;
    this.settle(Promise.reject(aborted(target, name, reason)));
  }
}

function tooMuchWaits(target: string): BackpressureError {
  const what = `too many calls wait for a process to start, this one to ${target}`;
  return new BackpressureError("MN_ERR_BACKPRESSURE", `${what}: call less, or wait for nodes.ready`);
}

function notHandled({ target, name, settings }: CallRequest): CallTimeoutError {
  const who = target === "any" || target === "all" ? "no process handles" : `${target} does not handle`;
  const what = `${who} the call ${JSON.stringify(name)} after ${settings.timeout} ms, and one is still starting`;
  const advice = "it was not sent; let the program call handle() before anything that takes long";
  return new CallTimeoutError("MN_ERR_CALL_TIMEOUT", `${what}: ${advice}`);
}
