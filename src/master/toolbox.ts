// What is asked of a node from outside, each answered once, or refused, or in vain when the node ends.
import { ControlError, type ErrorCode } from "../errors.js";
import { Deferred } from "../promises.js";
import type { Tool, ToNode, ToToolbox } from "../protocol.js";

interface Waiting {
  node: string;
  answer: Deferred<unknown>;
}

export class Toolbox {
  readonly #send: (id: string, message: ToNode) => void;
  readonly #waiting = new Map<number, Waiting>();
  #lastNumber = 0;

  constructor(send: (id: string, message: ToNode) => void) {
    this.#send = send;
  }

  /** Rejects with what the node says, or with MN_ERR_TOOL_FAILED when it ends before it has answered. */
  ask(node: string, tool: Tool): Promise<unknown> {
    this.#lastNumber += 1;
    const number = this.#lastNumber;
    const answer = new Deferred<unknown>();
    this.#waiting.set(number, { node, answer });
    this.#send(node, { type: "tool", number, tool });
    return answer.promise;
  }

  /** A node's answer; nobody else's number is taken from it. */
  hear(id: string, message: ToToolbox): void {
    const waiting = this.#waiting.get(message.number);
    if (waiting?.node !== id) return;
    this.#waiting.delete(message.number);
    if (message.type === "tool-answer") waiting.answer.resolve(message.value);
    else waiting.answer.reject(new ControlError(message.code as ErrorCode, message.message));
  }

  /** A node has ended. */
  gone(id: string): void {
    for (const [number, { node, answer }] of this.#waiting) {
      if (node !== id) continue;
      this.#waiting.delete(number);
      answer.reject(new ControlError("MN_ERR_TOOL_FAILED", `${id} has ended before it was done`));
    }
  }
}
