// All processes that take connections, and which of them take those of a socket.
import type { SocketKey } from "../protocol.js";
import { Seat, type SeatLine } from "./seat.js";

export class Seats {
  readonly #lineTo: (id: string) => SeatLine;
  readonly #now: () => number;
  readonly #seats = new Map<string, Seat>();
  /** Those in rotation for each socket, found again after each change. */
  readonly #takers = new Map<SocketKey, readonly Seat[]>();

  constructor(lineTo: (id: string) => SeatLine, now: () => number) {
    this.#lineTo = lineTo;
    this.#now = now;
  }

  get all(): Seat[] {
    return [...this.#seats.values()];
  }

  get(id: string): Seat | undefined {
    return this.#seats.get(id);
  }

  /** A node says what it takes before it is in rotation. */
  getOrAdd(id: string): Seat {
    const known = this.#seats.get(id);
    if (known !== undefined) return known;
    const seat = new Seat(id, this.#lineTo(id), this.#now);
    this.#seats.set(id, seat);
    return seat;
  }

  remove(id: string): void {
    this.#seats.delete(id);
  }

  takersOf(key: SocketKey): readonly Seat[] {
    const known = this.#takers.get(key);
    if (known !== undefined) return known;
    const takers = this.all.filter(({ rotation, keys }) => rotation === "in" && keys.has(key));
    this.#takers.set(key, takers);
    return takers;
  }

  /** Others may take connections than before. */
  changed(): void {
    this.#takers.clear();
  }
}
