// A dispatcher whose sockets, nodes and clock are in the test's hands.
import assert from "node:assert/strict";
import { type BalanceOptions, completeBalance } from "#src/balance-options.js";
import { Dispatcher } from "#src/dispatch/dispatcher.js";
import type { Visit } from "#src/dispatch/visit.js";
import { FakeAcceptor, FakeClient } from "./fake-handles.js";

export const KEY = "tcp:*:80";

export class DispatchWorld {
  readonly acceptor: FakeAcceptor = new FakeAcceptor();
  readonly dispatcher: Dispatcher;
  /** What was handed to nodes, answered or not. */
  readonly offers: { readonly id: string; readonly visit: Visit }[] = [];
  /** The questions for what is missing. */
  readonly asked: { readonly id: string; readonly number: number }[] = [];
  readonly logged: string[] = [];
  readonly errors: Error[] = [];
  clock = 0;
  /** Those that were not answered. */
  readonly #open = new Map<string, Visit>();

  constructor(options: BalanceOptions = { balance: "round-robin" }) {
    this.dispatcher = new Dispatcher({
      settings: completeBalance(options),
      send: (id, visit) => this.#onOffer(id, visit),
      ask: (id, number) => this.asked.push({ id, number }),
      log: (line) => this.logged.push(line),
      report: (error) => this.errors.push(error),
      now: () => this.clock,
    });
    this.dispatcher.add({ key: KEY, handle: this.acceptor, origin: "bound" }, 511);
  }

  /** These nodes come to serve, each at the place of its number. */
  join(...ids: string[]): this {
    for (const id of ids) {
      this.dispatcher.hear(id, { type: "open", key: KEY });
      this.dispatcher.rotate(id, id.replace("node-", ""), "in");
    }
    return this;
  }

  leave(id: string): void {
    this.dispatcher.rotate(id, id.replace("node-", ""), "out");
  }

  die(id: string): void {
    this.#open.delete(id);
    this.dispatcher.gone(id);
  }

  connect(client: FakeClient = new FakeClient()): FakeClient {
    return this.acceptor.accept(client);
  }

  /** Which connection is on its way to a node. */
  at(id: string): FakeClient | undefined {
    return this.#open.get(id)?.handle as FakeClient | undefined;
  }

  /** The nodes to which a connection is on its way. */
  get offered(): string[] {
    return [...this.#open.keys()];
  }

  /** Who has been offered a connection, in order. */
  wayOf(client: FakeClient): string[] {
    return this.offers.filter(({ visit }) => visit.handle === client).map(({ id }) => id);
  }

  /** The node answers what it was offered; with `ended`, so many of those that it took have ended. */
  answer(id: string, type: "taken" | "refused", ended?: number): void {
    const visit = this.#open.get(id);
    assert.ok(visit, `nothing is on its way to ${id}`);
    this.#open.delete(id);
    this.dispatcher.hear(id, { type, number: visit.number, ...(ended !== undefined && { ended }) });
  }

  /** So many connections that it took have ended. */
  end(id: string, count = 1): void {
    this.dispatcher.hear(id, { type: "ended", count });
  }

  /** Who gets a connection that is taken at once. */
  place(client?: FakeClient): string {
    const before = this.offers.length;
    this.connect(client);
    const { id } = this.offers[before] ?? { id: "nobody" };
    if (id !== "nobody") this.answer(id, "taken");
    return id;
  }

  #onOffer(id: string, visit: Visit): void {
    assert.ok(!this.#open.has(id), `two connections are on their way to ${id}`);
    assert.ok(![...this.#open.values()].includes(visit), "two nodes are offered the same connection");
    assert.equal((visit.handle as FakeClient).closed, 0, `${id} is offered a connection that is closed`);
    this.offers.push({ id, visit });
    this.#open.set(id, visit);
  }
}
