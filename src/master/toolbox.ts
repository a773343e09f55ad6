// What is asked of a node from outside, each answered once, or refused, or in vain when the node ends.
import { ControlError, type ErrorCode } from "../errors.js";
import { Deferred } from "../promises.js";
import type { Tool, ToNode, ToToolbox } from "../protocol.js";

interface Waiting {
  node: string;
  answer: Deferred<unknown>;
  /** Runs until the node has said that it has the order. */
  timer: NodeJS.Timeout;
}

/** Milliseconds in which a node says that it has an order, however long that takes then. */
const BEGIN_MS = 5_000;

export class Toolbox {
  readonly #send: (id: string, message: ToNode) => void;
  readonly #waiting = new Map<number, Waiting>();
  #lastNumber = 0;

  constructor(send: (id: string, message: ToNode) => void) {
    this.#send = send;
  }

  /** Rejects with what the node says, or with MN_ERR_TOOL_FAILED when it ends before it has answered, or stands still. */
  ask(node: string, tool: Tool): Promise<unknown> {
    this.#lastNumber += 1;
    const number = this.#lastNumber;
    const answer = new Deferred<unknown>();
    const timer = setTimeout(() => this.#giveUp(number), BEGIN_MS).unref();
    this.#waiting.set(number, { node, answer, timer });
    this.#send(node, { type: "tool", number, tool });
    return answer.promise;
  }

  /** A node's answer; nobody else's number is taken from it. */
  hear(id: string, message: ToToolbox): void {
    const waiting = this.#waiting.get(message.number);
    if (waiting?.node !== id) return;
    clearTimeout(waiting.timer);
    if (message.type === "tool-begun") return;
    this.#waiting.delete(message.number);
    if (message.type === "tool-answer") waiting.answer.resolve(message.value);
    else waiting.answer.reject(new ControlError(message.code as ErrorCode, message.message));
  }

  /** A node has ended. */
  gone(id: string): void {
    for (const [number, { node }] of this.#waiting) {
      if (node === id) this.#refuse(number, "has ended before it was done");
    }
  }

  /** What a node does in its event loop waits for ever where that stands still. */
  #giveUp(number: number): void {
    this.#refuse(number, "does not answer: its event loop stands still; status shows where, once hangTimeout is over");
  }

  #refuse(number: number, why: string): void {
    const waiting = this.#waiting.get(number);
    if (waiting === undefined) return;
    clearTimeout(waiting.timer);
    this.#waiting.delete(number);
    waiting.answer.reject(new ControlError("MN_ERR_TOOL_FAILED", `${waiting.node} ${why}`));
  }
}
