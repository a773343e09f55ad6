// One process that takes connections: those that it has, the one on its way to it, and those that wait for their turn.
import type { Candidate } from "../balance/candidates.js";
import type { SocketKey } from "../protocol.js";
import type { Visit } from "./visit.js";

/** The way to a process. */
export interface SeatLine {
  /** Hands a connection to it; it answers, at once or later. */
  offer(visit: Visit): void;
  /** It has taken that connection. */
  taken(visit: Visit): void;
}

/** Milliseconds that a process may take to take a connection before the next ones, and those that wait, go to others. */
export const PATIENCE_MS = 750;

export class Seat implements Candidate {
  readonly id: string;
  /** What stays when the process is replaced by another; known once it is in rotation. */
  place = "";
  /** The sockets whose connections it takes. */
  readonly keys: Set<SocketKey> = new Set();
  /** Whether it is to get connections. */
  rotation: "in" | "out" = "out";
  utilization = 0;
  readonly #line: SeatLine;
  readonly #now: () => number;
  readonly #lane: Visit[] = [];
  #offered: { readonly visit: Visit; readonly since: number } | undefined;
  #asked: number | undefined;
  #held = 0;

  constructor(id: string, line: SeatLine, now: () => number) {
    this.id = id;
    this.#line = line;
    this.#now = now;
  }

  /** Those on their way to it count. */
  get connections(): number {
    return this.#held + this.#lane.length + (this.#offered === undefined ? 0 : 1);
  }

  /** Whether a connection is on its way to it. */
  get isAwaited(): boolean {
    return this.#offered !== undefined;
  }

  /** Whether it has let a connection wait for so long that something is wrong. */
  get isStuck(): boolean {
    return this.#offered !== undefined && this.#now() - this.#offered.since >= PATIENCE_MS;
  }

  /** Connections that it has taken, and not told the end of. */
  get held(): number {
    return this.#held;
  }

  /** The number of the connection that it has not answered, told once. */
  missing(): number | undefined {
    const number = this.#offered?.visit.number;
    if (number === this.#asked) return undefined;
    this.#asked = number;
    return number;
  }

  /** One at a time is on its way, so that a process that stands still holds up only that one. */
  give(visit: Visit): void {
    if (this.#offered === undefined) this.#send(visit);
    else this.#lane.push(visit);
  }

  /** It has taken the connection of this number, which is returned; the next one follows. */
  take(number: number): Visit | undefined {
    const visit = this.#answered(number);
    if (visit === undefined) return undefined;
    this.#held += 1;
    this.#line.taken(visit);
    const next = this.#lane.shift();
    if (next !== undefined) this.#send(next);
    return visit;
  }

  /** It has refused the connection of this number: that one, and those that wait for their turn, are to go elsewhere. */
  refuse(number: number): Visit[] {
    const visit = this.#answered(number);
    if (visit === undefined) return [];
    visit.refusedBy.push(this.id);
    return [visit, ...this.takeBack()];
  }

  ended(count: number): void {
    this.#held = Math.max(0, this.#held - count);
  }

  /** Those that wait for their turn: they are to go elsewhere. */
  takeBack(): Visit[] {
    return this.#lane.splice(0);
  }

  /** Whatever it has not taken: it is gone. */
  takeBackAll(): Visit[] {
    const visit = this.#offered?.visit;
    this.#offered = undefined;
    return visit === undefined ? this.takeBack() : [visit, ...this.takeBack()];
  }

  #answered(number: number): Visit | undefined {
    if (this.#offered?.visit.number !== number) return undefined;
    const { visit } = this.#offered;
    this.#offered = undefined;
    return visit;
  }

  /** Noted before it is sent: who is in this process answers at once. */
  #send(visit: Visit): void {
    this.#offered = { visit, since: this.#now() };
    this.#line.offer(visit);
  }
}
