// The supervisor under any order of events that real nodes can produce, checked after each of them.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { SupervisorOptions } from "#src/master/supervisor-world.js";
import { FakeWorld, OPTIONS } from "../../helpers/fake-world.js";

/** What a node's process has done so far; it may do a thing only when a real one could. */
interface Process {
  joined: boolean;
  said: "nothing" | "ready" | "draining";
}

type Action =
  | "joined"
  | "ready"
  | "draining"
  | "failed"
  | "close"
  | "exit"
  | "crash"
  | "late"
  | "pass"
  | "stop"
  | "kill";

const options = fc.record({
  places: fc.integer({ min: 0, max: 4 }),
  restartChildren: fc.boolean(),
  masterServes: fc.boolean(),
  readyTimeout: fc.constantFrom(50, 3_000),
  drainTimeout: fc.constantFrom(50, 3_000),
});
const action = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom<Action>("joined", "ready", "exit", "crash", "pass") },
  { weight: 4, arbitrary: fc.constantFrom<Action>("draining", "failed", "late") },
  { weight: 1, arbitrary: fc.constantFrom<Action>("close", "stop", "kill") },
);
const steps = fc.array(fc.record({ action, pick: fc.nat(), ms: fc.constantFrom(1, 60, 1_100, 6_000) }), {
  maxLength: 80,
  size: "max",
});

class Model {
  readonly world: FakeWorld;
  readonly #options: SupervisorOptions;
  readonly #processes = new Map<string, Process>();
  #stopped = false;
  #spawnedBeforeStop: number | undefined;

  constructor(given: Partial<SupervisorOptions>) {
    this.#options = { ...OPTIONS, ...given };
    this.world = new FakeWorld(given).start();
  }

  act(what: Action, pick: number, ms: number): void {
    if (what === "pass") return this.world.pass(ms);
    if (what === "stop" || what === "kill") {
      this.#stopped = true;
      this.#spawnedBeforeStop ??= this.world.spawned.length;
      return this.world.supervisor.tell({ type: what });
    }
    const candidates = what === "late" ? this.world.spawned : [...this.world.living];
    const id = candidates[pick % candidates.length];
    if (id !== undefined) this.#actAs(id, what);
  }

  #actAs(id: string, what: Exclude<Action, "pass" | "stop" | "kill">): void {
    const node = this.#processes.get(id) ?? { joined: false, said: "nothing" };
    this.#processes.set(id, node);
    if (what === "late")
      return this.world.living.has(id) ? undefined : this.world.say(id, "ready", "draining", "close");
    if (what === "exit") return this.world.exit(id, { code: 0 });
    if (what === "crash") return this.world.exit(id, { signal: "SIGKILL", lastError: "Error: crash" });
    if (what === "failed") return this.world.say(id, { type: "failed", error: "Error: failed" });
    if (what === "joined" && node.joined) return;
    if (what === "ready" && node.said !== "nothing") return;
    if (what === "joined") node.joined = true;
    if (what === "ready" || what === "draining") node.said = what;
    this.world.say(id, what);
  }

  /** What holds at any time. */
  check(): void {
    const { spawned, living, exits, ends, timers, killed } = this.world;
    assert.equal(new Set(spawned).size, spawned.length, "an id is used twice");
    assert.ok(this.#active().length <= this.#options.places, "more active nodes than places");
    assert.equal(exits.length, spawned.length - living.size, "each exit is told once");
    assert.ok(ends.length <= 1, "the end is told once");
    if (ends.length === 1) assert.equal(living.size, 0, "the end with a node left");
    if (this.#stopped) assert.equal(spawned.length, this.#spawnedBeforeStop, "a start after the stop");
    const deadlines = [...timers].map(({ message }) => ("id" in message ? message.id : ""));
    for (const id of living) {
      const serves = this.#active().includes(id) && this.#processes.get(id)?.said === "ready";
      if (!serves) assert.ok(killed.includes(id) || deadlines.includes(id), `${id} may take forever`);
    }
    if (!this.#ends() && this.#options.restartChildren) this.#checkStrength();
  }

  /** Every place has its node, or one that will come. */
  #checkStrength(): void {
    const coming = this.world.waiting("fill").length;
    assert.ok(this.#active().length + coming >= this.#options.places, "a place is forgotten");
  }

  /** Whatever happened: after a stop and the end of all processes nothing is left. */
  finish(): void {
    this.act("stop", 0, 0);
    for (const id of this.world.living) assert.ok(!this.#active().includes(id), `${id} was not told to end`);
    const left = [...this.world.living];
    for (const id of left) {
      this.#actAs(id, "draining");
      this.#actAs(id, "exit");
    }
    this.check();
    assert.equal(this.world.ends.length, 1);
    assert.equal(this.world.timers.size, 0, "a timer runs on");
  }

  /** Nodes that start or serve: neither told to drain nor draining of their own accord. */
  #active(): string[] {
    return [...this.world.living].filter(
      (id) => this.#processes.get(id)?.said !== "draining" && !this.world.heard(id).includes("drain"),
    );
  }

  #ends(): boolean {
    return (
      this.#stopped || this.world.ends.length > 0 || this.world.sent.some(({ message }) => message.type === "drain")
    );
  }
}

test("property: under any order of events the places are kept, and the end comes once and leaves nothing", () => {
  fc.assert(
    fc.property(options, steps, (given, list) => {
      const model = new Model(given);
      model.check();
      for (const { action: what, pick, ms } of list) {
        model.act(what, pick, ms);
        model.check();
      }
      model.finish();
    }),
    { numRuns: 300 },
  );
});
