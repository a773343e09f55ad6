// Chooses who gets a connection, as the service's option says.
import type { BalanceSettings } from "../balance-options.js";
import { clientKey } from "../balance/client-key.js";
import { type BalanceFunction, chosen, leastConnections, roundRobin } from "../balance/policies.js";
import { rendezvous } from "../balance/rendezvous.js";
import { readRequestHead } from "../balance/request-head.js";
import type { Wanted } from "../serve/preface.js";
import type { Seat } from "./seat.js";
import type { Visit } from "./visit.js";

export class Chooser {
  /** What it has to see of a connection. */
  readonly first: Wanted["first"];
  /**
   * Who is chosen from: all, however slow, where a client has a process of its own; those that answer; or only those
   * that have nothing on its way to them, where one is as good as the other.
   */
  readonly from: "all" | "responsive" | "free";
  readonly #settings: BalanceSettings;
  readonly #log: (line: string) => void;
  #last: string | undefined;
  #turn = 0;
  #failure: "none" | "reported" = "none";

  constructor(settings: BalanceSettings, log: (line: string) => void) {
    this.#settings = settings;
    this.#log = log;
    this.first =
      settings.stickyKey !== undefined || settings.stickyCookie !== undefined
        ? "head"
        : settings.peek
          ? "bytes"
          : "nothing";
    this.from = settings.balance === "sticky" ? "all" : settings.balance === "round-robin" ? "free" : "responsive";
  }

  /** One of `seats`, of which there is at least one. */
  choose(visit: Visit, seats: readonly Seat[]): Seat | undefined {
    const { balance } = this.#settings;
    if (typeof balance === "function") return this.#byFunction(balance, visit, seats) ?? this.#byLoad(seats);
    if (balance === "sticky") return this.#byCookie(visit, seats) ?? this.#byKey(visit, seats);
    return balance === "round-robin" ? this.#inTurn(seats) : this.#byLoad(seats);
  }

  #byLoad(seats: readonly Seat[]): Seat | undefined {
    return seats[leastConnections(seats, this.#turn++)];
  }

  #inTurn(seats: readonly Seat[]): Seat | undefined {
    const seat = roundRobin(seats, this.#last);
    this.#last = seat?.id;
    return seat;
  }

  /**
   * The process whose slot the client's cookie names; a client without one is free to go anywhere, as is one whose slot has
   * nobody now: the answer gives it a cookie. While a process and its successor both serve, the older one keeps the slot.
   */
  #byCookie({ firstBytes }: Visit, seats: readonly Seat[]): Seat | undefined {
    const { stickyCookie } = this.#settings;
    if (stickyCookie === undefined || firstBytes === undefined) return undefined;
    const read = readRequestHead(firstBytes);
    if (read.type !== "head") return undefined;
    const slot = read.head.cookie(stickyCookie);
    const named = seats.find(({ place }) => place === slot);
    if (named !== undefined) return named;
    const responsive = seats.filter(({ isStuck }) => !isStuck);
    return this.#byLoad(responsive.length > 0 ? responsive : seats);
  }

  /**
   * A key that is a process' id means that one. While a process and its successor both serve, the older one keeps the
   * clients of their place.
   */
  #byKey(visit: Visit, seats: readonly Seat[]): Seat | undefined {
    const key = this.#keyOf(visit);
    const named = seats.find(({ id }) => id === key);
    if (named !== undefined) return named;
    const place = rendezvous(key, [...new Set(seats.map((seat) => seat.place))]);
    return seats.find((seat) => seat.place === place);
  }

  #keyOf(visit: Visit): string {
    return this.#keyFromHead(visit) ?? clientKey(visit.client.remoteAddress);
  }

  #keyFromHead({ firstBytes }: Visit): string | undefined {
    const { stickyKey } = this.#settings;
    if (stickyKey === undefined || firstBytes === undefined) return undefined;
    const read = readRequestHead(firstBytes);
    if (read.type !== "head") return undefined;
    try {
      const key: unknown = stickyKey(read.head);
      if (key === undefined || typeof key === "string") return key;
      throw wrongResult(key, "a string or undefined");
    } catch (error) {
      this.#report("stickyKey", "the client's address decides", error);
      return undefined;
    }
  }

  #byFunction(balance: BalanceFunction, { client }: Visit, seats: readonly Seat[]): Seat | undefined {
    const candidates = seats.map(({ id, connections, utilization }) => ({ id, connections, utilization }));
    try {
      const result: unknown = balance(client, candidates);
      const choice = chosen(result, candidates);
      if (choice !== undefined) return seats.find(({ id }) => id === choice.id);
      throw wrongResult(result, "one of the nodes that it was given");
    } catch (error) {
      this.#report("balance", "least-connections decides", error);
      return undefined;
    }
  }

  /** Once: it may fail for every connection. */
  #report(option: string, instead: string, error: unknown): void {
    if (this.#failure === "reported") return;
    this.#failure = "reported";
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#log(`the function ${option} failed, and ${instead}; this is said once only: ${why}`);
  }
}

/** Nobody waits for a promise: how it fails must not end this process. */
function wrongResult(result: unknown, taken: string): TypeError {
  Promise.resolve(result).catch(() => {});
  return new TypeError(`it returned ${result instanceof Promise ? "a promise" : typeof result}, ${taken} is taken`);
}
