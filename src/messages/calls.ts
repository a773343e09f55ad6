// Calls to handlers in other processes and in this one: the caller's side.
import { BackpressureError, CallAbortedError, PeerGoneError } from "../errors.js";
import type { Peer } from "../role.js";
import { leastOf } from "../balance/least.js";
import { Answer, type Call } from "./answer.js";
import type { Arrivals } from "./arrivals.js";
import { EarlyCalls } from "./early-calls.js";
import { MOST_CALLS } from "./limits.js";
import type { Link, MessageLimits } from "./link.js";
import {
  FRAME_ANSWER,
  FRAME_CALL,
  FRAME_END,
  FRAME_FAILURE,
  FRAME_ITEM,
  FRAME_STREAM,
  FRAME_UNHANDLED,
  malformed,
  NUMBER,
  readNumber,
} from "./link-frames.js";
import type { Neighbours } from "./neighbours.js";
import { aborted, noHandler, type PendingCall } from "./pending-call.js";
import { PendingCalls } from "./pending-calls.js";
import { type CallOptions, type CallSettings, checkCallOptions, checkName, checkTarget } from "./targets.js";

/** What came of a call in one of several processes. */
export type Settled<Value = unknown> =
  | { peer: Peer; status: "fulfilled"; value: Value }
  | { peer: Peer; status: "rejected"; reason: unknown };

export class Calls {
  readonly #neighbours: Neighbours;
  readonly #arrivals: Arrivals;
  readonly #early: EarlyCalls;
  readonly #pending = new PendingCalls();
  readonly #linkOf = new Map<string, Link>();
  /** Whose turn it is among those that are equally busy; processes begin anywhere, so as not to choose the same ones. */
  #turn: number = Math.floor(Math.random() * 1_000);

  constructor(neighbours: Neighbours, arrivals: Arrivals, limits: MessageLimits) {
    this.#neighbours = neighbours;
    this.#arrivals = arrivals;
    this.#early = new EarlyCalls(limits, ({ target, name, value, settings }, patience) =>
      this.#try(target, name, value, settings, patience),
    );
  }

  /** Never throws: whatever is wrong rejects the call. */
  call(target: string, name: string, value: unknown, options?: CallOptions): Call {
    try {
      const settings = checkCallOptions(options);
      const answer = this.#try(target, name, value, settings, settings.timeout);
      return answer ?? this.#early.add(target, name, value, settings);
    } catch (error) {
      return new Answer((_, reject) => reject(error));
    }
  }

  /** @throws LinkError MN_ERR_FRAME_VALUE for what breaks the protocol */
  onFrame(link: Link, type: number, bytes: Buffer, start: number, end: number): void {
    const call = this.#pending.get(link, readNumber(bytes, start, end));
    switch (type) {
      case FRAME_STREAM:
        return call?.onStream();
      case FRAME_END:
        return call?.onEnd();
      case FRAME_UNHANDLED:
        return call?.onUnhandled();
      case FRAME_ANSWER:
      case FRAME_ITEM:
      case FRAME_FAILURE: {
        // Later values may build on what this one defines: it is read even where nobody waits for it any more.
        const value = link.readValue(bytes, start + NUMBER, end);
        if (call !== undefined) onValue(call, type, value);
        return;
      }
      default:
        throw malformed(`type 0x${type.toString(16)} answers no call`);
    }
  }

  /** The link is closed: nobody answers. */
  left(link: Link): void {
    this.#linkOf.delete(link.peer.id);
    this.#pending.left(link);
  }

  /** Something has changed for calls that wait for a process to start. */
  review(): void {
    this.#early.review();
  }

  /**
   * Sends a call; returns `undefined` where it has to wait for a process that is starting.
   * @param patience milliseconds to the start of the answer
   * @throws UsageError, NoHandlerError, PeerGoneError, CallAbortedError, BackpressureError, DOMException DataCloneError
   */
  #try(target: string, name: string, value: unknown, settings: CallSettings, patience: number): Answer | undefined {
    if (target === "all") return this.#callAll(name, value, settings, patience);
    const link = target === "any" ? this.#leastOf(name) : this.#find(target, name);
    if (link === undefined) return undefined;
    if (settings.signal?.aborted === true) throw aborted(target, name, settings.signal.reason);
    return this.#send(link, name, value, settings, patience).answer;
  }

  /** @throws UsageError MN_ERR_OPTION, NoHandlerError, PeerGoneError */
  #find(target: string, name: string): Link | undefined {
    const link = this.#linkOf.get(target) ?? this.#search(target);
    if (link === undefined) checkTarget(target);
    if (link?.remote.handles.has(name) === true && link.isOpen) return link;
    checkName(name, "call");
    if (this.#arrivals.expects(target) || isStarting(link)) return undefined;
    if (link?.isOpen === true) throw noHandler(target, name);
    const advice = "nodes.peers lists the processes that there are";
    throw new PeerGoneError("MN_ERR_PEER_GONE", `there is no ${target}, or not any more: ${advice}`);
  }

  #search(target: string): Link | undefined {
    const link = this.#all.find(({ peer }) => peer.id === target);
    if (link !== undefined) this.#linkOf.set(target, link);
    return link;
  }

  /** @throws UsageError MN_ERR_OPTION, NoHandlerError */
  #leastOf(name: string): Link | undefined {
    const links = this.#whoHandles(name);
    const link =
      links[
        leastOf(
          links.map((link) => this.#loadOf(link)),
          this.#turn++,
        )
      ];
    if (link !== undefined) return link;
    checkName(name, "call");
    if (this.#mayBeHandled()) return undefined;
    throw noHandler("any process that is there now", name);
  }

  /** Whether a process is starting that may come to handle more. */
  #mayBeHandled(): boolean {
    return this.#arrivals.expects() || this.#all.some(isStarting);
  }

  get #all(): Link[] {
    return [this.#neighbours.self, ...this.#neighbours.others];
  }

  #whoHandles(name: string): Link[] {
    return this.#all.filter((link) => link.remote.handles.has(name) && link.isOpen);
  }

  /** Calls in progress there, as far as is known here: those of others are heard of late. */
  #loadOf(link: Link): number {
    return link.isFull ? Number.POSITIVE_INFINITY : Math.max(link.remote.busy, this.#pending.count(link));
  }

  /** It is there to be answered before it is sent, as it must be while anything of it is under way. */
  #send(link: Link, name: string, value: unknown, settings: CallSettings, patience: number): PendingCall {
    if (this.#pending.count(link) >= MOST_CALLS) throw tooManyCalls(link);
    const call = this.#pending.begin(link, name, settings, patience);
    try {
      link.sendValue(FRAME_CALL, value, call.id, link.remote.handles.get(name));
      return call;
    } catch (error) {
      this.#pending.remove(call);
      throw error;
    }
  }

  /** What is wrong with the value or the options rejects; what is wrong with one process is part of the result. */
  #callAll(name: string, value: unknown, settings: CallSettings, patience: number): Answer | undefined {
    checkName(name, "call");
    const links = this.#whoHandles(name);
    if (this.#arrivals.isJoining || (links.length === 0 && this.#mayBeHandled())) return undefined;
    if (settings.signal?.aborted === true) throw aborted("all", name, settings.signal.reason);
    const calls: PendingCall[] = [];
    const answers: Promise<Settled>[] = [];
    for (const link of links) {
      try {
        const call = this.#send(link, name, value, settings, patience);
        calls.push(call);
        answers.push(settle(link.peer, call.answer));
      } catch (error) {
        if (!(error instanceof BackpressureError)) rejectAll(calls, error);
        answers.push(Promise.resolve({ peer: link.peer, status: "rejected", reason: error }));
      }
    }
    return new Answer((resolve) => resolve(gather(answers)));
  }
}

function isStarting(link: Link | undefined): boolean {
  return link?.isOpen === true && link.remote.state === "starting";
}

function onValue(call: PendingCall, type: number, value: unknown): void {
  if (type === FRAME_ANSWER) call.onAnswer(value);
  else if (type === FRAME_ITEM) call.onItem(value);
  else call.onFailure(value);
}

function rejectAll(calls: readonly PendingCall[], error: unknown): never {
  for (const call of calls) call.giveUp(error);
  throw error;
}

function tooManyCalls({ peer }: Link): BackpressureError {
  const what = `${MOST_CALLS} calls of this process wait for ${peer.id}`;
  return new BackpressureError("MN_ERR_BACKPRESSURE", `${what}: wait for answers before you make more`);
}

function settle(peer: Peer, answer: Answer): Promise<Settled> {
  return answer.then(
    (value) => ({ peer, status: "fulfilled", value }),
    (reason: unknown) => ({ peer, status: "rejected", reason }),
  );
}

/** Only the caller's own signal makes the whole fail. No error of a handler is of this class when it arrives here. */
async function gather(answers: readonly Promise<Settled>[]): Promise<Settled[]> {
  const settled = await Promise.all(answers);
  for (const one of settled) if (one.status === "rejected" && one.reason instanceof CallAbortedError) throw one.reason;
  return settled;
}
