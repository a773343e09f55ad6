// Whatever nodes do: each connection that came is taken once or still waits, and nobody else ever has it.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { BalanceOptions } from "#src/balance-options.js";
import { PATIENCE_MS } from "#src/dispatch/seat.js";
import { DispatchWorld } from "../../helpers/dispatch-world.js";
import { FakeClient } from "../../helpers/fake-handles.js";

const POLICIES: BalanceOptions[] = [
  { balance: "round-robin" },
  { balance: "least-connections" },
  { balance: "sticky" },
  { balance: (_client, nodes) => nodes.at(-1) },
];
const ACTIONS = ["connect", "connect", "taken", "taken", "refused", "join", "leave", "die", "end", "pass"] as const;
type Action = (typeof ACTIONS)[number];

const steps = fc.array(fc.record({ action: fc.constantFrom(...ACTIONS), pick: fc.nat() }), {
  minLength: 10,
  maxLength: 80,
  size: "max",
});

for (const options of POLICIES) {
  const name = typeof options.balance === "function" ? "a function" : String(options.balance);
  test(`property: under ${name} each connection is taken once or waits, and none is lost`, async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const pass = (ms: number): void => t.mock.timers.tick(ms);
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const model = new Model(options, pass);
        for (const { action, pick } of all) {
          model.do(action, pick);
          model.check();
        }
        model.settle();
        await model.world.dispatcher.stop();
      }),
    );
  });
}

class Model {
  readonly world: DispatchWorld;
  readonly #pass: (ms: number) => void;
  readonly #clients: FakeClient[] = [];
  readonly #taken: FakeClient[] = [];
  /** Those that serve. */
  readonly #serving = new Set<string>();
  /** Those that are told to leave, and live. */
  readonly #leaving = new Set<string>();
  #lastId = 0;

  constructor(options: BalanceOptions, pass: (ms: number) => void) {
    this.world = new DispatchWorld(options).join("node-0");
    this.#serving.add("node-0");
    this.#pass = pass;
  }

  do(action: Action, pick: number): void {
    const { world } = this;
    switch (action) {
      case "connect":
        return void this.#clients.push(world.connect(new FakeClient(`192.0.2.${pick % 256}`)));
      case "taken":
      case "refused":
        return this.#answer(choose(world.offered, pick), action);
      case "join":
        return this.#join();
      case "leave":
        return this.#leave(choose(this.#serving, pick));
      case "die":
        return this.#die(choose([...this.#serving, ...this.#leaving], pick));
      case "end":
        return world.end(choose(this.#serving, pick) ?? "nobody");
      case "pass":
        world.clock += PATIENCE_MS;
        return this.#pass(PATIENCE_MS);
    }
  }

  check(): void {
    for (const client of this.#clients) {
      assert.equal(client.closed, this.#taken.includes(client) ? 1 : 0, "closed once, when it is taken");
    }
    const untaken = this.#clients.length - this.#taken.length;
    const { held, ...counts } = this.world.dispatcher.counts;
    assert.deepEqual(counts, { waiting: untaken, malformed: 0 });
    const sum = Object.values(held).reduce((total, count) => total + count, 0);
    assert.ok(sum <= this.#taken.length, "nobody holds what was not taken");
    // With a node that serves and never refused, nothing may lie still.
    if (untaken > 0 && this.world.offered.length === 0) assert.ok(this.#refusedByAll(), "somebody could take it");
  }

  /** One node that takes all is enough. */
  settle(): void {
    this.#join();
    for (let round = 0; round <= this.#clients.length; round++) {
      for (const id of this.world.offered) this.#answer(id, "taken");
    }
    assert.deepEqual(new Set(this.#taken), new Set(this.#clients));
    assert.equal(this.#taken.length, this.#clients.length);
    this.check();
  }

  #answer(id: string | undefined, type: "taken" | "refused"): void {
    const client = id === undefined ? undefined : this.world.at(id);
    if (id === undefined || client === undefined) return;
    if (type === "taken") this.#taken.push(client);
    this.world.answer(id, type);
  }

  #join(): void {
    this.#lastId += 1;
    const id = `node-${this.#lastId}`;
    this.#serving.add(id);
    this.world.join(id);
  }

  #leave(id: string | undefined): void {
    if (id === undefined) return;
    this.#serving.delete(id);
    this.#leaving.add(id);
    this.world.leave(id);
  }

  #die(id: string | undefined): void {
    if (id === undefined) return;
    this.#serving.delete(id);
    this.#leaving.delete(id);
    this.world.die(id);
    this.world.leave(id);
  }

  #refusedByAll(): boolean {
    const untaken = this.#clients.filter((client) => !this.#taken.includes(client));
    return [...this.#serving].every((id) => untaken.every((client) => this.world.wayOf(client).includes(id)));
  }
}

function choose<Value>(values: Iterable<Value>, pick: number): Value | undefined {
  const all = [...values];
  return all[pick % all.length];
}
