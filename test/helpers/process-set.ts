// Processes in memory that call each other: what a service's mesh is, without sockets and without a service.
import { EventEmitter, once } from "node:events";
import { Arrivals } from "#src/messages/arrivals.js";
import { Calls } from "#src/messages/calls.js";
import { Handlers } from "#src/messages/handlers.js";
import { Link, type LinkSink, type MessageLimits } from "#src/messages/link.js";
import {
  FRAME_BUSY,
  FRAME_CALL,
  FRAME_CANCEL,
  FRAME_CREDIT,
  FRAME_HANDLE,
  FRAME_UNHANDLE,
  NUMBER,
  readName,
  readNumber,
} from "#src/messages/link-frames.js";
import { Loopback } from "#src/messages/loopback.js";
import type { Neighbours } from "#src/messages/neighbours.js";
import type { Handler } from "#src/messages/running-call.js";
import { within } from "./deadline.js";
import { duplexPair, type PairEnd } from "./duplex-pair.js";
import { StreamEnds } from "./stream-ends.js";

export const LIMITS: MessageLimits = { maxPayload: 1024 * 1024, maxBufferedAmount: 4 * 1024 * 1024 };

export class FakeProcess implements Neighbours, LinkSink {
  readonly others: Set<Link> = new Set();
  readonly self: Link;
  readonly calls: Calls = new Calls(this, joined(), LIMITS);
  readonly handlers: Handlers = new Handlers(this, () => this.calls.review());
  /** What the ends of its links have been closed with. */
  readonly errors: (Error | undefined)[] = [];
  /** The frames that have come, by their types. */
  readonly frames: number[] = [];
  readonly #streams: StreamEnds;
  readonly #events = new EventEmitter().setMaxListeners(0);

  constructor(id: string, limits: MessageLimits = LIMITS) {
    this.#streams = new StreamEnds(id);
    this.self = new Link(new Loopback(), { id, pid: 1, isMaster: id === "master", since: 0 }, limits, this);
    this.self.remote.state = "started";
  }

  get id(): string {
    return this.self.peer.id;
  }

  /** Joins the process at the other end. */
  join(stream: PairEnd, id: string, limits: MessageLimits = LIMITS): Link {
    const link = new Link(stream, { id, pid: 1, isMaster: id === "master", since: 0 }, limits, this);
    link.remote.state = "started";
    this.#streams.add(id, stream);
    this.others.add(link);
    this.handlers.introduce(link);
    return link;
  }

  frame(link: Link, type: number, bytes: Buffer, start: number, end: number): void {
    this.frames.push(type);
    if (type === FRAME_CALL || type === FRAME_CANCEL || type === FRAME_CREDIT) {
      this.handlers.onFrame(link, type, bytes, start, end);
    } else if (!tellsOfItself(link, type, bytes, start, end)) {
      this.calls.onFrame(link, type, bytes, start, end);
    }
    this.#events.emit("change");
  }

  closed(link: Link, error: Error | undefined): void {
    this.errors.push(error);
    this.others.delete(link);
    this.calls.left(link);
    this.handlers.left(link);
    this.#events.emit("change");
  }

  linkTo(id: string): Link {
    const link = [this.self, ...this.others].find(({ peer }) => peer.id === id);
    if (link === undefined) throw new Error(`${this.id} has no link to ${id}`);
    return link;
  }

  /** Its end of the stream to another process. */
  streamTo(id: string): PairEnd {
    return this.#streams.to(id);
  }

  /** As if it had been killed. */
  kill(): void {
    this.#streams.destroy();
  }

  /** Resolves when the condition, asked whenever a frame has come or a link is closed, holds. */
  async until(condition: () => boolean, what: string): Promise<void> {
    while (!condition()) await within(once(this.#events, "change"), what);
  }

  /** Resolves when it knows that those processes handle calls of that name. */
  async knows(name: string, ...ids: string[]): Promise<void> {
    const known = (): boolean => ids.every((id) => this.linkTo(id).remote.handles.has(name));
    await this.until(known, `${this.id} hears that ${ids.join(", ")} handle ${name}`);
  }
}

/** So many processes, each connected with every other: `master`, `node-1`, `node-2`, …. */
export function processSet(count: number, limits: MessageLimits = LIMITS): FakeProcess[] {
  const set: FakeProcess[] = [];
  for (let number = 0; number < count; number++) {
    const process = new FakeProcess(number === 0 ? "master" : `node-${number}`, limits);
    for (const other of set) connect(process, other, limits);
    set.push(process);
  }
  return set;
}

export function twoProcesses(limits: MessageLimits = LIMITS): [master: FakeProcess, node: FakeProcess] {
  return processSet(2, limits) as [FakeProcess, FakeProcess];
}

/** A master and a node of which the master knows that it handles calls of that name. */
export async function masterAndHandler(
  name: string,
  handler: Handler,
  limits: MessageLimits = LIMITS,
): Promise<[master: FakeProcess, node: FakeProcess]> {
  const [master, node] = twoProcesses(limits);
  node.handlers.handle(name, handler);
  await master.knows(name, node.id);
  return [master, node];
}

export function connect(a: FakeProcess, b: FakeProcess, limits: MessageLimits = LIMITS): void {
  const [end, otherEnd] = duplexPair();
  a.join(end, b.id, limits);
  b.join(otherEnd, a.id, limits);
}

/** What the processes of a service hear of each other before they call. */
function tellsOfItself(link: Link, type: number, bytes: Buffer, start: number, end: number): boolean {
  const { remote } = link;
  if (type === FRAME_HANDLE) remote.handle(readName(bytes, start + NUMBER, end), readNumber(bytes, start, end));
  else if (type === FRAME_BUSY) remote.busy = readNumber(bytes, start, end);
  else if (type === FRAME_UNHANDLE) remote.forgetHandler(readNumber(bytes, start, end));
  else return false;
  return true;
}

/** Of a process that knows all others. */
function joined(): Arrivals {
  const arrivals = new Arrivals();
  arrivals.join();
  return arrivals;
}
