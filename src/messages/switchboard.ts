// The links of this process to all others: who is there, and which frame is whose business.
import type { Duplex } from "node:stream";
import { LinkError } from "../errors.js";
import { Deferred, pause } from "../promises.js";
import type { Peer } from "../role.js";
import { Arrivals } from "./arrivals.js";
import { Calls } from "./calls.js";
import { Channels } from "./channels.js";
import { Handlers } from "./handlers.js";
import { Link, type LinkSink, type MessageLimits } from "./link.js";
import {
  FRAME_ANSWER,
  FRAME_BUSY,
  FRAME_CALL,
  FRAME_CANCEL,
  FRAME_CREDIT,
  FRAME_FAREWELL,
  FRAME_HANDLE,
  FRAME_LEAVING,
  FRAME_LISTEN,
  FRAME_PORT,
  FRAME_PUBLISH,
  FRAME_READY,
  FRAME_STARTED,
  FRAME_UNHANDLE,
  FRAME_UNLISTEN,
  FRAME_UNPORT,
  LINK_VERSION,
  malformed,
  NUMBER,
  readName,
  readNumber,
} from "./link-frames.js";
import { Loopback } from "./loopback.js";

/** Who hears of the other processes. */
export interface SwitchboardEvents {
  /** Before anything else of it. */
  join(peer: Peer): void;
  /** After everything else of it. */
  leave(peer: Peer): void;
  /** A link was closed because of what came over it. */
  fault(peer: Peer, error: LinkError): void;
}

/** Milliseconds that what was sent has to be out when the process ends. */
const FLUSH_MS = 1_000;

/** Milliseconds after `ready` in which a program may still call handle(), as it may await something before. */
const HANDLE_GRACE_MS = 1_000;
/** Milliseconds after which a process that is not ready counts as started all the same. */
const LONGEST_START_MS = 30_000;

export class Switchboard implements LinkSink {
  readonly channels: Channels;
  readonly calls: Calls;
  readonly handlers: Handlers;
  readonly #limits: MessageLimits;
  readonly #events: SwitchboardEvents;
  readonly #self: Link;
  /** Those that know where this process listens and what it handles. */
  readonly #introduced = new Set<Link>();
  /** Those of which this process knows that, too. */
  readonly #joined = new Set<Link>();
  readonly #joining = new Map<Link, Deferred<void>>();
  readonly #arrivals = new Arrivals();

  constructor(self: Peer, limits: MessageLimits, events: SwitchboardEvents) {
    this.#limits = limits;
    this.#events = events;
    this.#self = new Link(new Loopback(), self, limits, this);
    this.#self.remote.isReady = true;
    const neighbours = { self: this.#self, others: this.#introduced };
    this.channels = new Channels(neighbours, limits.maxPayload);
    this.calls = new Calls(neighbours, this.#arrivals, limits);
    this.handlers = new Handlers(neighbours, () => this.calls.review());
  }

  /** The other processes that have joined, in that order. */
  get peers(): Peer[] {
    return [...this.#joined].map(({ peer }) => peer);
  }

  /** The process that dialled speaks first. Resolves when each knows of the other, or the link has closed. */
  connect(stream: Duplex, peer: Peer, side: "dialer" | "acceptor"): Promise<void> {
    const link = new Link(stream, peer, this.#limits, this);
    const joined = new Deferred<void>();
    this.#joining.set(link, joined);
    if (side === "dialer") this.#introduce(link);
    return joined.promise;
  }

  /** Other processes that are there or were started: calls may wait for them. */
  expect(ids: readonly string[]): void {
    const joined = new Set(this.peers.map(({ id }) => id));
    this.#arrivals.expect(ids.filter((id) => !joined.has(id)));
    this.calls.review();
  }

  /** This process has joined those that are there. */
  join(): void {
    this.#arrivals.join();
    this.calls.review();
  }

  /** That process has ended, perhaps before it joined. */
  forget(id: string): void {
    this.#arrivals.settle(id);
    this.calls.review();
  }

  /**
   * This program has started a while after `ready` settles: what it does not handle by then, it does not handle. Until then,
   * calls of such names wait.
   */
  async startBy(ready: Promise<void>): Promise<void> {
    await Promise.race([ready.catch(() => {}), pause(LONGEST_START_MS)]);
    await pause(HANDLE_GRACE_MS);
    this.started();
  }

  started(): void {
    this.#self.remote.state = "started";
    for (const link of this.#introduced) link.sendNumbers(FRAME_STARTED, 0);
    this.calls.review();
  }

  /** Resolves when all that was sent is out, or cannot come to be. */
  async flush(): Promise<void> {
    await Promise.race([Promise.all([...this.#introduced].map(({ flushed }) => flushed)), pause(FLUSH_MS)]);
  }

  /** Nothing is sent or heard any more. */
  close(): void {
    this.#arrivals.end();
    this.channels.closeAll();
    for (const link of this.#introduced) link.close();
    this.#self.destroy();
    this.calls.review();
  }

  frame(link: Link, type: number, bytes: Buffer, start: number, end: number): void {
    if (!link.remote.isReady && (type === FRAME_PUBLISH || type >= FRAME_CALL))
      throw malformed("it comes before ready");
    if (type === FRAME_PUBLISH) this.channels.onMessage(link, bytes, start, end);
    else if (type === FRAME_CALL || type === FRAME_CANCEL || type === FRAME_CREDIT) {
      this.handlers.onFrame(link, type, bytes, start, end);
    } else if (type >= FRAME_ANSWER) this.calls.onFrame(link, type, bytes, start, end);
    else this.#onNews(link, type, bytes, start, end);
  }

  closed(link: Link, error: LinkError | undefined): void {
    this.#introduced.delete(link);
    this.channels.left(link);
    this.calls.left(link);
    this.handlers.left(link);
    this.#joining.get(link)?.resolve();
    this.#joining.delete(link);
    this.forget(link.peer.id);
    if (error !== undefined) this.#events.fault(link.peer, error);
    if (this.#joined.delete(link)) this.#events.leave(link.peer);
  }

  #introduce(link: Link): void {
    this.#introduced.add(link);
    this.channels.introduce(link);
    this.handlers.introduce(link);
    if (this.#self.remote.state === "started") link.sendNumbers(FRAME_STARTED, 0);
    link.sendNumbers(FRAME_READY, LINK_VERSION);
  }

  /** What another process tells of itself. */
  #onNews(link: Link, type: number, bytes: Buffer, start: number, end: number): void {
    const { remote } = link;
    switch (type) {
      case FRAME_READY:
        return this.#onReady(link, readNumber(bytes, start, end));
      case FRAME_LISTEN:
        remote.listen(readName(bytes, start, end));
        return this.channels.changed();
      case FRAME_UNLISTEN:
        remote.listensOn.delete(readName(bytes, start, end));
        return this.channels.changed();
      case FRAME_HANDLE:
        remote.handle(readName(bytes, start + NUMBER, end), readNumber(bytes, start, end));
        return this.calls.review();
      case FRAME_STARTED:
        remote.state = "started";
        return this.calls.review();
      case FRAME_UNHANDLE:
        return remote.forgetHandler(readNumber(bytes, start, end));
      case FRAME_PORT:
        return this.channels.onPort(link, readNumber(bytes, start, end), readName(bytes, start + NUMBER, end));
      case FRAME_UNPORT:
        return this.channels.onUnport(link, readNumber(bytes, start, end));
      case FRAME_BUSY:
        remote.busy = readNumber(bytes, start, end);
        return;
      case FRAME_LEAVING:
        remote.forgetHandlers();
        remote.state = "started";
        this.calls.review();
        return link.sendNumbers(FRAME_FAREWELL, 0);
      case FRAME_FAREWELL:
        return this.handlers.onFarewell(link);
    }
  }

  #onReady(link: Link, version: number): void {
    if (version !== LINK_VERSION) throw otherVersion(link.peer, version);
    const joining = this.#joining.get(link);
    if (joining === undefined) return;
    this.#joining.delete(link);
    link.remote.isReady = true;
    if (!this.#introduced.has(link)) this.#introduce(link);
    this.#joined.add(link);
    this.#arrivals.settle(link.peer.id);
    this.#events.join(link.peer);
    joining.resolve();
    this.calls.review();
  }
}

function otherVersion({ id }: Peer, version: number): LinkError {
  return new LinkError(
    "MN_ERR_HANDSHAKE_VERSION",
    `${id} speaks version ${version} of messages, this process ${LINK_VERSION}: run the same multi-node everywhere`,
  );
}
