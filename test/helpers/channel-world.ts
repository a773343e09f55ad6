// Processes with channels under random commands, and beside them a ledger of what each listener has to hear.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Channel } from "#src/messages/channel.js";
import type { PairOptions } from "./duplex-pair.js";
import { connect, Station, settled } from "./stations.js";

export type Command =
  | { type: "join" }
  | { type: "settle" }
  | { type: "leave"; process: number }
  | { type: "kill"; process: number }
  | { type: "listen"; process: number; channel: number }
  | { type: "unlisten"; process: number; channel: number }
  | { type: "publish"; process: number; channel: number; count: number };

/** One channel object: what it hears, and what it has to. Messages are `sender#number`. */
interface Member {
  readonly own: string;
  readonly station: Station;
  readonly channel: Channel<Message>;
  readonly heard: string[];
  must: string[];
  /** What was sent since all has come: it is lost to who goes before that. */
  pending: string[];
  /** "told": not all know it yet. */
  state: "silent" | "told" | "known";
  sent: number;
}

interface Message {
  id: string;
  [key: string]: unknown;
}

const MOST = 4;
const NAMES = ["a", "a", "b", "c"] as const;

export function commands(): fc.Arbitrary<Command[]> {
  const process = fc.nat(MOST - 1);
  const channel = fc.nat(NAMES.length - 1);
  const command = fc.oneof(
    { weight: 1, arbitrary: fc.record({ type: fc.constantFrom("join", "settle") }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constantFrom("leave", "kill"), process }) },
    { weight: 6, arbitrary: fc.record({ type: fc.constantFrom("listen", "listen", "unlisten"), process, channel }) },
    {
      weight: 8,
      arbitrary: fc.record({ type: fc.constant("publish"), process, channel, count: fc.integer({ min: 1, max: 5 }) }),
    },
  );
  return fc.array(command, { maxLength: 40 });
}

export class World {
  /** All that there ever were. */
  readonly listeners: Member[] = [];
  readonly #options: PairOptions;
  /** Those that live, each with its channels. */
  readonly #processes: { station: Station; members: Member[] }[] = [];
  #lastNumber = 0;

  constructor(options: PairOptions) {
    this.#options = options;
  }

  /** Why links were closed. */
  get faults(): unknown[] {
    return this.listeners.flatMap(({ station }) => station.faults);
  }

  async run(command: Command): Promise<void> {
    if (command.type === "join") return this.#join();
    if (command.type === "settle") return this.settle();
    const process = this.#processes[command.process];
    if (process === undefined) return;
    if (command.type === "leave" || command.type === "kill") return this.#go(command.type, command.process);
    const member = process.members[command.channel] as Member;
    if (command.type === "listen") this.#listen(member);
    else if (command.type === "unlisten") this.#unlisten(member);
    else for (let count = 0; count < command.count; count++) this.#publish(member);
  }

  /** All that was sent comes, and all know who listens. */
  async settle(): Promise<void> {
    const alive = this.#processes.map(({ station }) => station);
    for (const one of alive) {
      const others = alive.filter((other) => other !== one).map(({ id }) => id);
      await one.until(() => others.length === one.peers.length, "the others alone are its peers");
    }
    await settled(...alive);
    for (const member of this.#members()) {
      member.pending = [];
      if (member.state === "told") member.state = "known";
    }
  }

  async end(): Promise<void> {
    await this.settle();
    for (const { station } of this.#processes) station.board.close();
  }

  async #join(): Promise<void> {
    if (this.#processes.length === MOST) return;
    const station = new Station(`node-${++this.#lastNumber}`);
    for (const { station: other } of this.#processes) await connect(station, other, this.#options);
    const members = NAMES.map((name, index) => this.#member(station, name, `${station.id}.${index}`));
    this.listeners.push(...members);
    this.#processes.push({ station, members });
    for (const member of members) if (Number(member.own.at(-1)) % 2 === 0) this.#listen(member);
  }

  #member(station: Station, name: string, own: string): Member {
    const channel = station.channel<Message>(name);
    return { own, station, channel, heard: [], must: [], pending: [], state: "silent", sent: 0 };
  }

  #listen(member: Member): void {
    if (member.state !== "silent") return;
    member.state = "told";
    member.channel.on("message", ({ id, ...rest }) => {
      assert.deepEqual(rest, bodyOf(id));
      member.heard.push(id);
    });
  }

  #unlisten(member: Member): void {
    member.state = "silent";
    member.channel.removeAllListeners("message");
    this.#forgive(member, () => true);
  }

  #publish(sender: Member): void {
    const id = `${sender.own}#${sender.sent++}`;
    for (const member of this.#members()) {
      const isNear = member.station === sender.station;
      const isDue = member.state === "known" || (member.state === "told" && isNear);
      if (member === sender || member.channel.name !== sender.channel.name || !isDue) continue;
      member.must.push(id);
      member.pending.push(id);
    }
    sender.channel.postMessage({ id, ...bodyOf(id) });
  }

  /** Who leaves has its messages flushed; what a killed one has sent last may be lost. */
  #go(how: "leave" | "kill", index: number): void {
    const [gone] = this.#processes.splice(index, 1);
    if (gone === undefined) return;
    for (const member of gone.members) {
      member.state = "silent";
      this.#forgive(member, () => true);
    }
    if (how === "leave") return gone.station.board.close();
    gone.station.kill();
    for (const member of this.#members()) this.#forgive(member, (id) => id.startsWith(`${gone.station.id}.`));
  }

  /** What has not come yet need not come any more. */
  #forgive(member: Member, which: (id: string) => boolean): void {
    const forgiven = member.pending.filter((id) => which(id) && !member.heard.includes(id));
    member.must = member.must.filter((id) => !forgiven.includes(id));
    member.pending = member.pending.filter((id) => !forgiven.includes(id));
  }

  #members(): Member[] {
    return this.#processes.flatMap(({ members }) => members);
  }
}

/** Something of a shape that changes, so that there is always a record to define or to refer to. */
function bodyOf(id: string): Record<string, unknown> {
  const number = Number(id.split("#")[1]);
  return {
    [`key${number % 7}`]: number,
    deep: [{ [`inner${number % 3}`]: id }],
    text: "x".repeat((number % 5) * 5_000),
  };
}
