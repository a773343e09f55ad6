// One call that waits for its answer, or for the items of it.
import { durationText } from "../duration.js";
import { CallAbortedError, CallTimeoutError, NoHandlerError, PeerGoneError } from "../errors.js";
import type { Abortable } from "./abort-watch.js";
import { Answer } from "./answer.js";
import { AnswerStream, type ItemSource } from "./answer-stream.js";
import { type Deadlines, Wait } from "./deadlines.js";
import type { Link } from "./link.js";
import { FRAME_CANCEL, FRAME_CREDIT, malformed } from "./link-frames.js";
import type { CallSettings } from "./targets.js";

/** Where a call is found while it waits. */
export interface CallTable {
  readonly deadlines: Deadlines;
  /** Nothing that comes concerns this call any more. */
  remove(call: PendingCall): void;
}

export class PendingCall extends Wait implements Abortable, ItemSource {
  readonly link: Link;
  readonly id: number;
  readonly settings: CallSettings;
  readonly answer: Answer;
  readonly #table: CallTable;
  readonly #name: string;
  #stream: AnswerStream | undefined;
  #resolve!: (answer: unknown) => void;
  #reject!: (error: unknown) => void;

  constructor(table: CallTable, link: Link, id: number, name: string, settings: CallSettings) {
    super();
    this.#table = table;
    this.link = link;
    this.id = id;
    this.#name = name;
    this.settings = settings;
    this.answer = new Answer((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  onAnswer(value: unknown): void {
    if (this.#stream !== undefined) throw malformed("it answers a call that is answered in items");
    this.#table.remove(this);
    this.#resolve(value);
  }

  onFailure(error: unknown): void {
    this.#table.remove(this);
    if (this.#stream === undefined) this.#reject(error);
    else this.#stream.fail(error);
  }

  onUnhandled(): void {
    if (this.#stream !== undefined) throw malformed("it says that nobody handles what it answers");
    this.onFailure(noHandler(this.link.peer.id, this.#name));
  }

  onStream(): void {
    if (this.#stream !== undefined) throw malformed("it begins a streamed answer twice");
    this.stopWaiting();
    this.#stream = new AnswerStream(this);
    this.#resolve(this.#stream);
  }

  onItem(value: unknown): void {
    this.#begun().push(value);
  }

  onEnd(): void {
    const stream = this.#begun();
    this.#table.remove(this);
    stream.end();
  }

  onPeerGone(): void {
    const what = `${this.link.peer.id} is gone: it may have run the call ${JSON.stringify(this.#name)} or not`;
    this.onFailure(new PeerGoneError("MN_ERR_PEER_GONE", what));
  }

  override expire(): void {
    this.giveUp(this.#tooLate());
  }

  abort(reason: unknown): void {
    this.giveUp(aborted(this.link.peer.id, this.#name, reason));
  }

  /** The answer is not wanted any more, nor items of it that have come. */
  giveUp(error: unknown): void {
    this.cancel();
    if (this.#stream === undefined) this.#reject(error);
    else this.#stream.giveUp(error);
  }

  cancel(): void {
    this.#table.remove(this);
    this.link.sendNumbers(FRAME_CANCEL, this.id);
  }

  grant(count: number): void {
    this.link.sendNumbers(FRAME_CREDIT, this.id, count);
  }

  waitForItem(): void {
    this.waitFor(this.settings.timeout);
  }

  /** @param ms milliseconds; 0: without a limit */
  waitFor(ms: number): void {
    if (ms > 0) this.#table.deadlines.add(this, ms);
  }

  stopWaiting(): void {
    this.#table.deadlines.remove(this);
  }

  #begun(): AnswerStream {
    if (this.#stream === undefined) throw malformed("it has items of an answer that has not begun");
    return this.#stream;
  }

  #tooLate(): CallTimeoutError {
    const what = this.#stream === undefined ? "answered" : "sent the next item of";
    const call = `the call ${JSON.stringify(this.#name)} within ${durationText(this.settings.timeout)}`;
    const advice = "raise timeout, or look for what its handler waits for";
    return new CallTimeoutError("MN_ERR_CALL_TIMEOUT", `${this.link.peer.id} has not ${what} ${call}: ${advice}`);
  }
}

export function noHandler(who: string, name: string): NoHandlerError {
  return new NoHandlerError("MN_ERR_NO_HANDLER", `${who} does not handle the call ${JSON.stringify(name)}`);
}

export function aborted(target: string, name: string, reason: unknown): CallAbortedError {
  const what = `the call ${JSON.stringify(name)} to ${target} was aborted by the signal that was given with it`;
  return new CallAbortedError("MN_ERR_CALL_ABORTED", what, reason);
}
