// What a node asks of its master, each answered once, or refused, or in vain when the master is gone.
import { type ErrorCode, MultiNodeError, StartError } from "../errors.js";
import { Deferred } from "../promises.js";
import type { Order, ToMaster, ToNode } from "../protocol.js";

export class Asking {
  readonly #send: (message: ToMaster) => void;
  readonly #waiting = new Map<number, Deferred<unknown>>();
  #lastNumber = 0;
  #state: "open" | "failed" = "open";

  constructor(send: (message: ToMaster) => void) {
    this.#send = send;
  }

  ask(order: Order): Promise<unknown> {
    const answer = new Deferred<unknown>();
    if (this.#state === "failed") answer.reject(masterGone());
    else this.#post(order, answer);
    return answer.promise;
  }

  onAnswer(message: Extract<ToNode, { type: "answer" | "refusal" }>): void {
    const waiting = this.#waiting.get(message.number);
    this.#waiting.delete(message.number);
    if (message.type === "answer") waiting?.resolve(message.value);
    else waiting?.reject(refused(message));
  }

  /** Nobody will answer any more. */
  fail(): void {
    this.#state = "failed";
    for (const waiting of this.#waiting.values()) waiting.reject(masterGone());
    this.#waiting.clear();
  }

  #post(order: Order, answer: Deferred<unknown>): void {
    this.#lastNumber += 1;
    this.#waiting.set(this.#lastNumber, answer);
    this.#send({ type: "ask", number: this.#lastNumber, order });
  }
}

/** What the master refuses has no nodes that serve, unless the service is about to end. */
function refused({ code, message }: Extract<ToNode, { type: "refusal" }>): MultiNodeError {
  const Class = code === "MN_ERR_CLOSED" ? MultiNodeError : StartError;
  return new Class(code as ErrorCode, message);
}

function masterGone(): MultiNodeError {
  return new MultiNodeError("MN_ERR_CLOSED", "the master is gone");
}
