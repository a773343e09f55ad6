// Processes in memory that publish to each other: a service's mesh, without sockets and without a service.
import { EventEmitter, once } from "node:events";
import type { TestContext } from "node:test";
import type { LinkError } from "#src/errors.js";
import type { Channel } from "#src/messages/channel.js";
import type { MessageLimits } from "#src/messages/link.js";
import { Switchboard } from "#src/messages/switchboard.js";
import type { Peer } from "#src/role.js";
import { within } from "./deadline.js";
import { duplexPair, type PairEnd, type PairOptions } from "./duplex-pair.js";
import { StreamEnds } from "./stream-ends.js";

export const LIMITS: MessageLimits = { maxPayload: 1024 * 1024, maxBufferedAmount: 4 * 1024 * 1024 };

const BARRIER = "barrier";

export class Station {
  readonly self: Peer;
  readonly board: Switchboard;
  /** Who has joined, left or failed, and what the test adds, in order. */
  readonly story: string[] = [];
  readonly faults: LinkError[] = [];
  /** What it does when another one joins. */
  onJoin: () => void = () => {};
  readonly #streams: StreamEnds;
  readonly #changes = new EventEmitter();

  constructor(id: string, limits: MessageLimits = LIMITS) {
    this.#streams = new StreamEnds(id);
    this.self = { id, pid: 1, isMaster: id === "master", since: 0 };
    this.board = new Switchboard(this.self, limits, {
      join: (peer) => {
        this.tell(`join ${peer.id}`);
        this.onJoin();
      },
      leave: (peer) => this.tell(`leave ${peer.id}`),
      fault: (peer, error) => {
        this.faults.push(error);
        this.tell(`fault ${peer.id}`);
      },
    });
    this.board.join();
    this.board.started();
    this.board.handlers.handle(BARRIER, () => null);
  }

  get id(): string {
    return this.self.id;
  }

  get peers(): string[] {
    return this.board.peers.map(({ id }) => id);
  }

  /** A channel that does not keep the test's process alive. */
  channel<Value = unknown>(name: string): Channel<Value> {
    return this.board.channels.open(name).unref() as Channel<Value>;
  }

  tell(what: string): void {
    this.story.push(what);
    this.#changes.emit("change");
  }

  connect(stream: PairEnd, peer: Peer, side: "dialer" | "acceptor"): Promise<void> {
    this.#streams.add(peer.id, stream);
    return this.board.connect(stream, peer, side);
  }

  /** Its end of the stream to another process. */
  streamTo(id: string): PairEnd {
    return this.#streams.to(id);
  }

  /** As if it had been killed. */
  kill(): void {
    this.#streams.destroy();
  }

  /** Resolves when the condition, asked whenever the story goes on, holds. */
  async until(condition: () => boolean, what: string): Promise<void> {
    while (!condition()) await within(once(this.#changes, "change"), `${this.id}: ${what}`);
  }

  /** Resolves when all that both have sent each other until now has come. */
  async settledWith(id: string): Promise<void> {
    await within(this.board.calls.call(id, BARRIER, null), `${this.id} and ${id} hear each other`);
  }
}

/** So many processes, each connected with every other: `master`, `node-1`, `node-2`, …. They end with the test. */
export async function stations(
  t: TestContext,
  count: number,
  limits: MessageLimits = LIMITS,
  options: PairOptions = {},
): Promise<Station[]> {
  const all: Station[] = [];
  t.after(() => {
    for (const station of all) station.board.close();
  });
  for (let number = 0; number < count; number++) {
    const station = new Station(number === 0 ? "master" : `node-${number}`, limits);
    for (const other of all) await connect(station, other, options);
    all.push(station);
  }
  return all;
}

/** The first one dials the second one. Resolves when each knows of the other. */
export async function connect(dialer: Station, acceptor: Station, options: PairOptions = {}): Promise<void> {
  const [near, far] = duplexPair(options);
  const sides = [acceptor.connect(far, dialer.self, "acceptor"), dialer.connect(near, acceptor.self, "dialer")];
  await within(Promise.all(sides), `${dialer.id} and ${acceptor.id} join`);
}

/** Resolves when all that any of them has sent until now has come. */
export async function settled(...all: readonly Station[]): Promise<void> {
  await Promise.all(all.flatMap((one) => all.map((other) => one.settledWith(other.id))));
}
