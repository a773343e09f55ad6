// Hands connections to the processes that serve: each goes to one of them, and to the next if that one does not take it.
import type { AddressInfo } from "node:net";
import type { BalanceSettings } from "../balance-options.js";
import { MASTER_ID } from "../mesh/endpoint.js";
import { Deferred, pause } from "../promises.js";
import type { SocketKey, ToDispatcher } from "../protocol.js";
import type { AcceptedCounts } from "../role.js";
import type { HandedSocket } from "../serve/handed-socket.js";
import type { ClientHandle } from "../serve/handles.js";
import type { Preface } from "../serve/preface.js";
import { Chooser } from "./chooser.js";
import { type DispatchedSocket, Gate } from "./gate.js";
import { OwnLine } from "./own-line.js";
import { PATIENCE_MS, type Seat, type SeatLine } from "./seat.js";
import { Seats } from "./seats.js";
import { trustedProxies } from "./trusted.js";
import { Visit } from "./visit.js";

export interface DispatcherOptions {
  settings: BalanceSettings;
  /** Hands a connection to a node, which answers with `taken` or `refused`. */
  send: (id: string, visit: Visit) => void;
  /** Asks a node for the connection that it was sent last; it answers with `refused` if that has not arrived. */
  ask: (id: string, number: number) => void;
  log: (line: string) => void;
  /** Told when a socket cannot listen. */
  report: (error: Error) => void;
  /** Milliseconds, on a clock that only goes forward. */
  now: () => number;
}

/** Milliseconds between two looks at who has not answered. */
const PATROL_MS = PATIENCE_MS / 3;
/** Milliseconds that connections on their way have when no more are accepted. */
const LAST_MS = 1_000;

export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #chooser: Chooser;
  readonly #isProxy: ((address: string) => boolean) | undefined;
  readonly #gates = new Map<SocketKey, Gate>();
  readonly #seats: Seats;
  readonly #own = new OwnLine((answer) => this.hear(MASTER_ID, answer));
  /** Nobody is there to take these, or free for them. */
  readonly #waiting: Visit[] = [];
  readonly #untaken = new Set<Visit>();
  readonly #allTaken = new Deferred<void>();
  #state: "open" | "stopping" = "open";
  #lastNumber = 0;
  #malformed = 0;
  #patrol: NodeJS.Timeout | undefined;

  constructor(options: DispatcherOptions) {
    const { settings } = options;
    this.#options = options;
    this.#seats = new Seats((id) => this.#lineTo(id), options.now);
    this.#chooser = new Chooser(settings, options.log);
    this.#isProxy = settings.proxyProtocol === false ? undefined : trustedProxies(settings.proxyProtocol);
  }

  get counts(): AcceptedCounts {
    const reading = [...this.#gates.values()].reduce((sum, gate) => sum + gate.reading, 0);
    return {
      waiting: reading + this.#untaken.size,
      held: Object.fromEntries(this.#seats.all.map(({ id, held }) => [id, held])),
      malformed: this.#malformed,
    };
  }

  /** A held socket: it listens as soon as a process wants or takes its connections. */
  add({ key, ...socket }: DispatchedSocket, backlog: number): void {
    const gate = new Gate({
      ...socket,
      backlog,
      first: this.#chooser.first,
      isProxy: this.#isProxy,
      onArrival: (client, preface) => this.#onArrival(key, client, preface),
      onMalformed: () => {
        this.#malformed += 1;
      },
      report: this.#options.report,
    });
    this.#gates.set(key, gate);
    this.#changed();
  }

  /** That socket is let go: nobody is to take what is still on its way from it. */
  remove(key: SocketKey): void {
    this.#gates.get(key)?.close();
    this.#gates.delete(key);
    for (const seat of this.#seats.all) seat.keys.delete(key);
    this.#changed();
  }

  /** A process has closed its server for that socket. */
  leave(id: string, key: SocketKey): void {
    if (this.#seats.get(id)?.keys.delete(key)) this.#changed();
  }

  /** What a server of this process listens on to get its share of a held socket's connections. */
  ownSocket(key: SocketKey, address: AddressInfo | string): HandedSocket {
    return this.#own.socket(key, address);
  }

  /** A process is to get connections, or none any more. */
  rotate(id: string, place: string, rotation: Seat["rotation"]): void {
    // That it has ended is news of a node that is gone already.
    const seat = rotation === "in" ? this.#seats.getOrAdd(id) : this.#seats.get(id);
    if (seat === undefined || seat.rotation === rotation) return;
    seat.place = place;
    seat.rotation = rotation;
    if (rotation === "out") this.#waiting.unshift(...seat.takeBack());
    this.#changed();
  }

  hear(id: string, message: ToDispatcher): void {
    if (message.type === "accept") return this.#gates.get(message.key)?.prepare();
    if (message.type === "open") {
      this.#seats.getOrAdd(id).keys.add(message.key);
      return this.#changed();
    }
    // What a node said before it ended may come behind the news of its end.
    const seat = this.#seats.get(id);
    if (message.type === "taken") {
      seat?.ended(message.ended ?? 0);
      this.#forget(seat?.take(message.number));
      this.#dispatchNext();
    } else if (message.type === "refused") {
      this.#dispatchAll(seat?.refuse(message.number) ?? []);
      this.#dispatchNext();
    } else seat?.ended(message.count);
  }

  /** How busy a process is, 0 to 1. */
  note(id: string, utilization: number): void {
    const seat = this.#seats.get(id);
    if (seat !== undefined) seat.utilization = utilization;
  }

  /** A process has ended: what it has not taken goes to others. */
  gone(id: string): void {
    const seat = this.#seats.get(id);
    if (seat === undefined) return;
    this.#seats.remove(id);
    this.#waiting.unshift(...seat.takeBackAll());
    this.#changed();
  }

  /** Accepts no more. Resolves when all that were accepted are taken, or after a while: then they are closed. */
  async stop(): Promise<void> {
    for (const gate of this.#gates.values()) gate.close();
    this.#state = "stopping";
    if (this.#untaken.size > 0) await Promise.race([this.#allTaken.promise, pause(LAST_MS)]);
    for (const visit of this.#untaken) visit.handle.close();
    this.#untaken.clear();
    this.#waiting.length = 0;
    for (const seat of this.#seats.all) seat.takeBackAll();
    clearTimeout(this.#patrol);
  }

  #lineTo(id: string): SeatLine {
    if (id === MASTER_ID) return this.#own;
    return { offer: (visit) => this.#options.send(id, visit), taken: ({ handle }) => handle.close() };
  }

  #onArrival(key: SocketKey, client: ClientHandle, preface: Preface): void {
    this.#lastNumber += 1;
    const visit = new Visit(this.#lastNumber, key, client, preface);
    this.#untaken.add(visit);
    this.#dispatch(visit);
  }

  #dispatchAll(visits: readonly Visit[]): void {
    for (const visit of visits) this.#dispatch(visit);
  }

  #dispatch(visit: Visit): void {
    if (!this.#gates.has(visit.key)) {
      visit.handle.close();
      return this.#forget(visit);
    }
    const seat = this.#choose(visit);
    if (seat === undefined) this.#waiting.push(visit);
    else this.#give(visit, seat);
  }

  #give(visit: Visit, seat: Seat): void {
    seat.give(visit);
    if (seat.isAwaited && this.#patrol === undefined) this.#setPatrol();
  }

  #choose(visit: Visit): Seat | undefined {
    let seats = this.#seats.takersOf(visit.key);
    if (visit.refusedBy.length > 0) seats = seats.filter(({ id }) => !visit.refusedBy.includes(id));
    if (seats.length === 0) return undefined;
    const ready = this.#readyOf(seats);
    return ready.length > 0 ? this.#chooser.choose(visit, ready) : undefined;
  }

  #readyOf(seats: readonly Seat[]): readonly Seat[] {
    if (this.#chooser.from === "all") return seats;
    if (this.#chooser.from === "free") return seats.filter((seat) => !seat.isAwaited);
    const responsive = seats.filter((seat) => !seat.isStuck);
    return responsive.length > 0 ? responsive : seats;
  }

  /** Where connections wait for somebody to be free, one may be free now for the one that has waited longest. */
  #dispatchNext(): void {
    if (this.#chooser.from !== "free") return;
    for (const [index, visit] of this.#waiting.entries()) {
      const seat = this.#choose(visit);
      if (seat === undefined) continue;
      this.#waiting.splice(index, 1);
      return this.#give(visit, seat);
    }
  }

  /** Others take connections than before: sockets may listen, and who waited may be taken. */
  #changed(): void {
    this.#seats.changed();
    for (const [key, gate] of this.#gates) {
      if (this.#state === "open" && this.#seats.takersOf(key).length > 0) gate.open();
    }
    const waiting = this.#waiting.splice(0);
    for (const visit of waiting) visit.refusedBy.length = 0;
    this.#dispatchAll(waiting);
  }

  #forget(visit: Visit | undefined): void {
    if (visit !== undefined) this.#untaken.delete(visit);
    if (this.#untaken.size === 0 && this.#state === "stopping") this.#allTaken.resolve();
  }

  #setPatrol(): void {
    this.#patrol = setTimeout(() => this.#lookAround(), PATROL_MS).unref();
  }

  #lookAround(): void {
    this.#patrol = undefined;
    for (const seat of this.#seats.all) if (seat.isStuck) this.#relieve(seat);
    if (this.#patrol === undefined && this.#seats.all.some(({ isAwaited }) => isAwaited)) this.#setPatrol();
  }

  /** What waits for a process that stands still goes to others, unless it has to be that one. */
  #relieve(seat: Seat): void {
    if (this.#chooser.from !== "all") this.#dispatchAll(seat.takeBack());
    const number = seat.missing();
    if (number !== undefined) this.#options.ask(seat.id, number);
  }
}
