// A service of made-up nodes that do whatever real ones could, and what has to hold of it at any time.
import assert from "node:assert/strict";
import type { SupervisorOptions } from "#src/master/supervisor-world.js";
import type { Status } from "#src/role.js";
import type { Asked } from "./asked.js";
import { OPTIONS } from "./fake-world.js";
import { type Habits, NosyWorld } from "./nosy-world.js";

export type Action =
  | "joined"
  | "ready"
  | "draining"
  | "failed"
  | "close"
  | "again"
  | "exit"
  | "crash"
  | "late"
  | "beats"
  | "grown"
  | "examined"
  | "pass"
  | "stand-still"
  | "reload"
  | "resize"
  | "status"
  | "stop"
  | "kill";

/** What a node's process has done so far; it may do a thing only when a real one could. */
interface Process {
  joined: boolean;
  said: "nothing" | "ready" | "draining";
  /** Whether it ends of its own accord before it has served: its place is filled when it is gone. */
  gaveUp: boolean;
}

/** Bytes, above every limit that is tested. */
const GROWN = 2_000_000_000;

export class FleetModel {
  readonly world: NosyWorld;
  readonly #options: SupervisorOptions;
  readonly #processes = new Map<string, Process>();
  #spawnedBeforeEnd: number | undefined;

  constructor(given: Partial<SupervisorOptions>, habits: Habits) {
    this.#options = { ...OPTIONS, ...given };
    this.world = new NosyWorld(given);
    this.world.habits = { ...habits };
    this.world.probation = "real";
    this.world.start();
  }

  act(what: Action, pick: number, ms: number): void {
    switch (what) {
      case "pass":
        return this.world.pass(ms);
      case "stand-still":
        return this.world.standStill(ms);
      case "beats":
        return this.#beatAll();
      case "stop":
      case "kill":
        return this.world.supervisor.tell(what === "stop" ? { type: what, idle: null } : { type: what });
      case "reload":
      case "status":
        return void this.world.asked.push(this.world.order({ type: what }));
      case "resize":
        return void this.world.asked.push(this.world.order({ type: what, nodes: 1 + (pick % 5) }));
      case "examined":
        return this.world.tellExamined(this.#pick(this.world.examined, pick), pick % 2 === 0 ? "at loop" : undefined);
      case "late":
        return this.#sayLate(this.#pick(this.world.spawned, pick));
      default:
        return this.#actAs(this.#pick([...this.world.living], pick), what);
    }
  }

  /** What holds at any time. */
  async check(): Promise<void> {
    const { spawned, living, exits, ends } = this.world;
    const status = await this.world.status();
    assert.equal(new Set(spawned).size, spawned.length, "an id is used twice");
    assert.equal(exits.length, spawned.length - living.size, "each exit is told once");
    assert.deepEqual(status.nodes.map(({ id }) => id).sort(), [...living].sort(), "the table is not what lives");
    assert.ok(ends.length <= 1, "the end is told once");
    if (ends.length === 1) assert.equal(living.size, 0, "the end with a node left");
    if (!this.#runs) this.#spawnedBeforeEnd ??= spawned.length;
    if (!this.#runs) assert.equal(spawned.length, this.#spawnedBeforeEnd, "a start after the end has begun");
    this.#checkPlaces(status);
    this.#checkDeadlines(status);
    this.#checkReloads();
  }

  /** All nodes do what is expected of them, until nothing happens any more: then every place has its node. */
  async quiesce(): Promise<void> {
    this.world.habits = undefined;
    for (let round = 0; round < 200 && this.#runs; round++) {
      this.#behave();
      this.#beatAll();
      this.world.pass(1_000);
      await this.check();
    }
    if (!this.#runs) return;
    const { nodes, wanted, reloading } = await this.world.status();
    assert.equal(reloading, false, "a reload without end");
    assert.deepEqual(this.world.deadlines, [], "something is still waited for");
    assert.ok(nodes.every(({ state }) => state === "serving"));
    assert.equal(new Set(nodes.map(({ place }) => place)).size, nodes.length, "two stay in one place");
    if (this.#options.restartChildren) assert.equal(nodes.length, wanted, "a place is empty");
    await this.#settled(this.world.asked);
  }

  /** Whatever happened: after a stop and the end of all processes nothing is left, and nobody waits. */
  async finish(): Promise<void> {
    this.world.habits = undefined;
    this.world.stop();
    const { nodes } = await this.world.status();
    for (const { id, state } of nodes) {
      assert.ok(state === "draining" || this.world.killed.includes(id), `${id} was not told to end`);
    }
    const left = [...this.world.living];
    for (const id of left) {
      this.#actAs(id, "draining");
      this.#actAs(id, "exit");
    }
    await this.check();
    assert.equal(this.world.ends.length, 1);
    assert.equal(this.world.timers.size, 0, "a timer runs on");
    for (const type of ["reload", "resize"] as const) this.world.asked.push(this.world.order({ type, nodes: 2 }));
    await this.#settled(this.world.asked);
  }

  /** The regular look at the nodes goes on as long as the service does. */
  get #runs(): boolean {
    return this.world.waiting("checkup").length === 1;
  }

  #checkPlaces({ nodes, wanted }: Status): void {
    const active = nodes.filter(({ state }) => state === "spawning" || state === "serving");
    if (!this.#runs) return assert.deepEqual(active, [], "not all are told to end");
    const doubled = new Map<number, string[]>();
    for (const { place, state } of active) doubled.set(place, [...(doubled.get(place) ?? []), state].sort());
    const pairs = [...doubled.values()].filter((states) => states.length > 1);
    // A successor that proves itself serves beside the node that it replaces.
    for (const [old, successor, ...more] of pairs) {
      assert.deepEqual([old, more], ["serving", []], "a place with two that start, or with three");
      assert.ok(successor === "spawning" || successor === "serving");
    }
    assert.ok(pairs.length <= this.#options.surge, "more successors than surge");
    assert.ok(
      [...doubled.keys()].every((place) => place < wanted),
      "more places than are wanted",
    );
    const starting = nodes.filter(({ state }) => state === "spawning").length;
    assert.ok(starting <= this.#options.startsAtOnce, "more start at once than may");
    const isFull = starting === this.#options.startsAtOnce || this.world.waiting("turn").length > 0;
    if (!this.#options.restartChildren || isFull) return;
    const coming = [
      ...this.world.deadlines.flatMap((message) => (message.type === "fill" ? [message.place] : [])),
      ...nodes.flatMap(({ id, place }) => (this.#processes.get(id)?.gaveUp ? [place] : [])),
    ];
    for (let place = 0; place < wanted; place++) {
      assert.ok(doubled.has(place) || coming.includes(place), `place ${place} is forgotten`);
    }
  }

  /** Nobody is waited for without end. */
  #checkDeadlines({ nodes }: Status): void {
    const { killed, examined } = this.world;
    const overdue = this.world.deadlines.flatMap((message) => (message.type === "overdue" ? [message.id] : []));
    for (const { id, state } of nodes) {
      const watched = state === "serving" || overdue.includes(id) || killed.includes(id) || examined.includes(id);
      assert.ok(watched, `${id}, ${state}, may take forever`);
      if (state === "serving") assert.ok(!overdue.includes(id), `${id} serves and has a deadline`);
    }
  }

  /** A reload starts when the one before it is over. */
  #checkReloads(): void {
    const states = this.world.reloads.map(({ state }) => state);
    for (const [index, state] of states.entries()) assert.equal(state === "started", index % 2 === 0, states.join(" "));
  }

  async #settled(asked: Asked[]): Promise<void> {
    await new Promise(setImmediate);
    assert.deepEqual(
      asked.filter(({ outcome }) => outcome === "waiting"),
      [],
      "somebody waits for an order",
    );
  }

  #pick(ids: string[], pick: number): string {
    return ids[pick % ids.length] ?? "node-0";
  }

  #beatAll(): void {
    for (const id of this.world.living) if (this.#processes.get(id)?.said === "ready") this.world.beat(id);
  }

  /** What a node said before its end was known may come behind it. */
  #sayLate(id: string): void {
    if (!this.world.living.has(id)) this.world.say(id, "ready", "draining", "close");
  }

  #behave(): void {
    for (const id of this.world.examined) if (this.world.living.has(id)) this.world.tellExamined(id, undefined);
    const living = [...this.world.living];
    for (const id of living) {
      const { said } = this.#processOf(id);
      if (this.world.killed.includes(id)) this.#actAs(id, "crash");
      else if (said === "draining" || this.world.heard(id).includes("drain")) this.#actAs(id, "exit");
      else this.#actAs(id, "ready");
    }
  }

  #actAs(id: string, what: Action): void {
    if (!this.world.living.has(id)) return;
    const node = this.#processOf(id);
    if (what === "exit") return this.world.exit(id, { code: 0 });
    if (what === "crash") return this.world.exit(id, { signal: "SIGKILL", lastError: "Error: crash" });
    if (what === "failed") return this.world.say(id, { type: "failed", error: "Error: failed" });
    if (what === "close") return this.world.say(id, "close");
    if (what === "again" && node.said === "ready") return this.#violate(id);
    if (what === "grown" && node.said === "ready") return this.world.beat(id, { rss: GROWN });
    if (what === "joined" && !node.joined) node.joined = true;
    else if (what === "ready" && node.said === "nothing") node.said = what;
    else if (what === "draining" && node.said !== what) {
      node.gaveUp = node.said === "nothing";
      node.said = what;
    } else return;
    this.world.say(id, what);
  }

  /** Says a second time that it is ready: it alone is killed for that, if it has not been told to end. */
  #violate(id: string): void {
    const before = this.world.killed.length;
    this.world.say(id, "ready");
    assert.deepEqual(
      this.world.killed.slice(before).filter((killed) => killed !== id),
      [],
    );
  }

  #processOf(id: string): Process {
    const known = this.#processes.get(id) ?? { joined: false, said: "nothing", gaveUp: false };
    this.#processes.set(id, known);
    return known;
  }
}
