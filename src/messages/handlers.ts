// The handlers of this process, and the calls to them that are in progress.
import { BackpressureError, PeerGoneError, UsageError } from "../errors.js";
import { BusyNews } from "./busy-news.js";
import { sendFailure } from "./failures.js";
import { MOST_CALLS, MOST_HANDLERS, tooMany } from "./limits.js";
import type { Link } from "./link.js";
import {
  CALL_HEAD,
  FRAME_CALL,
  FRAME_CANCEL,
  FRAME_CREDIT,
  FRAME_HANDLE,
  FRAME_LEAVING,
  FRAME_UNHANDLE,
  FRAME_UNHANDLED,
  malformed,
  NUMBER,
  readNumber,
} from "./link-frames.js";
import { NumberMap } from "./number-map.js";
import type { Neighbours } from "./neighbours.js";
import { Deferred, pause } from "../promises.js";
import { type Handler, notWanted, RunningCall } from "./running-call.js";
import { checkHandler, checkName } from "./targets.js";

/** Milliseconds that others have to say that they have no more calls for this process: one of them may hang. */
const FAREWELL_MS = 1_000;

/** The calls of one other process. */
interface RunningCalls {
  /** Those whose answers are wanted, by their ids. */
  readonly wanted: NumberMap<RunningCall>;
  /** All whose handlers are not done. */
  inProgress: number;
}

export class Handlers {
  readonly #neighbours: Neighbours;
  readonly #onHandle: () => void;
  readonly #news: BusyNews;
  readonly #handlers = new Map<number, Handler>();
  readonly #running = new Map<Link, RunningCalls>();
  readonly #onOver = (call: RunningCall): void => this.#over(call);
  #lastNumber = 0;
  /** Those whose answers are not wanted any more count as well until their handlers are done. */
  #inProgress = 0;
  #state: "open" | "leaving" = "open";
  /** Those that may have calls on their way to this process, which leaves. */
  readonly #expected = new Set<Link>();
  readonly #allSaidFarewell = new Deferred<void>();
  readonly #idle = new Deferred<void>();

  /** @param onHandle called when there is a handler more */
  constructor(neighbours: Neighbours, onHandle: () => void) {
    this.#neighbours = neighbours;
    this.#onHandle = onHandle;
    this.#news = new BusyNews(neighbours);
  }

  /**
   * Handles calls of that name from now on, until the function that is returned is called.
   * @throws UsageError MN_ERR_OPTION, MN_ERR_HANDLER_TWICE, MN_ERR_TOO_MANY
   */
  handle(name: string, handler: Handler): () => void {
    checkName(name, "call");
    checkHandler(handler);
    const own = this.#neighbours.self.remote;
    if (own.handles.has(name)) throw handledTwice(name);
    if (own.handles.size >= MOST_HANDLERS)
      throw tooMany(MOST_HANDLERS, "handlers", "remove those that it does not use");
    const number = ++this.#lastNumber;
    own.handle(name, number);
    this.#handlers.set(number, handler);
    if (this.#state === "open") {
      for (const link of this.#neighbours.others) link.sendName(FRAME_HANDLE, name, number);
    }
    this.#onHandle();
    return () => this.#remove(number);
  }

  /** Tells a process that joins what this one handles. */
  introduce(link: Link): void {
    if (this.#state === "leaving") return;
    for (const [name, number] of this.#neighbours.self.remote.handles) link.sendName(FRAME_HANDLE, name, number);
    this.#news.introduce(link);
  }

  /** Asks for no more calls, and resolves when those that were made already are answered. */
  async drain(): Promise<void> {
    this.#state = "leaving";
    for (const link of this.#neighbours.others) {
      this.#expected.add(link);
      link.sendNumbers(FRAME_LEAVING, 0);
    }
    this.#settle();
    await Promise.race([this.#allSaidFarewell.promise, pause(FAREWELL_MS)]);
    this.#expected.clear();
    this.#settle();
    await this.#idle.promise;
  }

  onFarewell(link: Link): void {
    this.#expected.delete(link);
    this.#settle();
  }

  /** @throws LinkError MN_ERR_FRAME_VALUE for what breaks the protocol */
  onFrame(link: Link, type: number, bytes: Buffer, start: number, end: number): void {
    const id = readNumber(bytes, start, end);
    if (type === FRAME_CALL) this.#onCall(link, id, bytes, start, end);
    else if (type === FRAME_CANCEL) this.#onCancel(link, id);
    else if (type === FRAME_CREDIT) {
      const call = this.#running.get(link)?.wanted.get(id);
      call?.grant(readNumber(bytes, start + NUMBER, end));
    } else throw malformed(`type 0x${type.toString(16)} is for no handler`);
  }

  /** The process is gone, and nobody waits for what it asked. */
  left(link: Link): void {
    this.onFarewell(link);
    const calls = this.#running.get(link);
    if (calls === undefined) return;
    this.#running.delete(link);
    const gone = new PeerGoneError("MN_ERR_PEER_GONE", `${link.peer.id}, which has made the call, is gone`);
    for (const call of calls.wanted.values()) call.cancel(gone);
  }

  #remove(number: number): void {
    if (!this.#handlers.delete(number)) return;
    this.#neighbours.self.remote.forgetHandler(number);
    for (const link of this.#neighbours.others) link.sendNumbers(FRAME_UNHANDLE, number);
  }

  #onCall(link: Link, id: number, bytes: Buffer, start: number, end: number): void {
    const number = readNumber(bytes, start + NUMBER, end);
    // Later values may build on what this one defines: it is read even where nobody handles it any more.
    const value = link.readValue(bytes, start + CALL_HEAD, end);
    const handler = this.#handlers.get(number);
    if (handler === undefined) return link.sendNumbers(FRAME_UNHANDLED, id);
    const calls = this.#callsFrom(link);
    if (calls.wanted.has(id)) throw malformed(`the call ${id} is in progress already`);
    if (calls.inProgress >= MOST_CALLS) return sendFailure(link, id, tooManyCalls(this.#neighbours.self.peer.id));
    const call = new RunningCall(link, id, this.#onOver);
    calls.wanted.set(id, call);
    calls.inProgress += 1;
    this.#news.set(++this.#inProgress);
    call.run(handler, value);
  }

  /** From then on, the caller may use the id for another call. */
  #onCancel(link: Link, id: number): void {
    const calls = this.#running.get(link);
    const call = calls?.wanted.get(id);
    calls?.wanted.delete(id);
    call?.cancel(notWanted());
  }

  #over(call: RunningCall): void {
    this.#news.set(--this.#inProgress);
    const calls = this.#running.get(call.link);
    if (calls !== undefined) calls.inProgress -= 1;
    if (calls?.wanted.get(call.id) === call) calls.wanted.delete(call.id);
    this.#settle();
  }

  #settle(): void {
    if (this.#state !== "leaving" || this.#expected.size > 0) return;
    this.#allSaidFarewell.resolve();
    if (this.#inProgress === 0) this.#idle.resolve();
  }

  #callsFrom(link: Link): RunningCalls {
    const known = this.#running.get(link);
    if (known !== undefined) return known;
    const calls = { wanted: new NumberMap<RunningCall>(), inProgress: 0 };
    this.#running.set(link, calls);
    return calls;
  }
}

function tooManyCalls(id: string): BackpressureError {
  const what = `${id} works on ${MOST_CALLS} calls of this process, and has not begun this one`;
  return new BackpressureError("MN_ERR_BACKPRESSURE", `${what}: make fewer calls at once`);
}

function handledTwice(name: string): UsageError {
  const what = `this process handles the call ${JSON.stringify(name)} already`;
  return new UsageError(
    "MN_ERR_HANDLER_TWICE",
    `${what}: call what handle() has returned to remove that handler first`,
  );
}
