// The one loop that owns the fleet: what happens comes in as messages, what is to be done goes out through the world.
import { MultiNodeError, type StartError } from "../errors.js";
import { checkNodeCount } from "../options.js";
import type { Order } from "../protocol.js";
import type { NodeExit, Status } from "../role.js";
import { Checkup, CHECKUP_MS } from "./checkup.js";
import { Departures } from "./departures.js";
import { exitOf, nameOf } from "./endings.js";
import { Fleet, type NodeRecord } from "./fleet.js";
import type { Finding } from "./health.js";
import { hintsFor } from "./hints.js";
import { Keeper, type KeeperEvents } from "./keeper.js";
import type { NodeNumbers } from "./node-numbers.js";
import { Places } from "./places.js";
import { Reception } from "./reception.js";
import { Rollout } from "./rollout.js";
import { Sizing } from "./sizing.js";
import { statusOf } from "./status.js";
import type { AboutNode, Exited, Said, SupervisorMessage, SupervisorOptions, World } from "./supervisor-world.js";
import { Timers } from "./timers.js";

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #world: World;
  readonly #fleet: Fleet;
  readonly #timers: Timers<SupervisorMessage>;
  readonly #keeper: Keeper;
  readonly #reception: Reception;
  readonly #rollout: Rollout;
  readonly #sizing: Sizing;
  readonly #places: Places;
  readonly #departures: Departures;
  readonly #checkup: Checkup;
  #state: "new" | "running" | "stopping" | "ended" = "new";
  #error: StartError | undefined;

  constructor(options: SupervisorOptions, world: World, numbers?: NodeNumbers) {
    const fleet = new Fleet(numbers);
    this.#fleet = fleet;
    const timers = new Timers<SupervisorMessage>((ms, message) => world.later(ms, message));
    this.#options = options;
    this.#world = world;
    this.#timers = timers;
    this.#checkup = new Checkup(fleet, options, world.now(), hintsFor(world, options));
    this.#reception = new Reception(world, (order) => this.order(order));
    this.#sizing = new Sizing(fleet, options.places, options.scale, world.now());
    this.#rollout = new Rollout(fleet, options.surge, {
      fill: () => (options.restartChildren ? this.#places.fillAll() : undefined),
      room: () => this.#places.room,
      startSuccessor: ({ place, id }) => this.#places.spawn(place, id),
      prove: ({ id }, ms) => timers.set(id, ms, { type: "proven", id }),
      drain: (node) => this.#keeper.move(node, "drain"),
      tell: (event) => world.onReload(event),
    });
    this.#departures = new Departures(options, { fleet, rollout: this.#rollout, sizing: this.#sizing }, world);
    const events: KeeperEvents = {
      onSpawn: ({ id }) => this.#reception.expect(id),
      onReady: (node) => this.#onReady(node),
      onHung: (node) => this.#refill(node.place, 0),
      onGone: (node, exit) => this.#onGone(node, exit),
    };
    this.#keeper = new Keeper(options, { fleet, timers, world }, events);
    const parts = { fleet, sizing: this.#sizing, rollout: this.#rollout, keeper: this.#keeper, timers };
    this.#places = new Places(parts, options.startsAtOnce);
  }

  tell(message: SupervisorMessage): void {
    switch (message.type) {
      case "start":
        return this.#start();
      case "stop":
        this.#keeper.idleLimit = message.idle;
        return this.#stop(undefined);
      case "kill":
        return this.#killAll();
      case "fill":
        return this.#state === "running" ? this.#places.fill(message.place) : undefined;
      case "checkup":
        return this.#checkUp();
      case "turn":
        this.#places.beginTurn();
        return this.#settle();
      case "exited":
        return this.#onExited(message);
      default: {
        // What a node said before it ended may come behind the news of its end.
        const node = this.#fleet.get(message.id);
        if (node !== undefined) this.#onNode(node, message);
      }
    }
  }

  /** How many nodes are wanted, the master not counted. */
  get places(): number {
    return this.#sizing.places;
  }

  /** Carries out what any process may want; rejects when it cannot be done. */
  async order(order: Order): Promise<Status | undefined> {
    if (order.type === "status") return this.#status();
    if (this.#isEnding) throw new MultiNodeError("MN_ERR_CLOSED", "the service ends");
    await this.#carryOut(order);
    return undefined;
  }

  #carryOut(order: Exclude<Order, { type: "status" }>): Promise<void> {
    if (order.type === "reload") return this.#rollout.reload();
    if (order.type === "restart") return this.#rollout.renew(order.node);
    checkNodeCount(order.nodes);
    return this.#resize(order.nodes - (this.#options.masterServes ? 1 : 0));
  }

  #status(): Status {
    return statusOf(this.#fleet, this.#options.about, {
      wanted: this.places,
      reloading: this.#rollout.isReloading,
      accepted: this.#world.accepted(),
      addresses: this.#world.addresses(),
    });
  }

  get #isEnding(): boolean {
    return this.#state === "stopping" || this.#state === "ended";
  }

  #start(): void {
    if (this.#state !== "new") return;
    this.#state = "running";
    this.#checkup.begin(this.#world.now());
    this.#timers.set("checkup", CHECKUP_MS, { type: "checkup" });
    this.#places.fillAll();
  }

  #stop(error: StartError | undefined): void {
    if (this.#isEnding) return;
    this.#state = "stopping";
    this.#error = error;
    this.#timers.clearAll();
    this.#rollout.abandon();
    this.#places.abandon();
    this.#sizing.fail(error);
    for (const node of this.#fleet.all()) this.#keeper.move(node, "drain");
    this.#endWhenEmpty();
  }

  #killAll(): void {
    this.#stop(undefined);
    for (const node of this.#fleet.all()) this.#world.kill(node.id, "group");
  }

  #endWhenEmpty(): void {
    if (this.#state !== "stopping" || this.#fleet.size > 0) return;
    this.#state = "ended";
    this.#world.onEnd(this.#error);
  }

  #refill(place: number, delay: number): void {
    if (this.#state === "running" && this.#options.restartChildren) this.#places.refill(place, delay);
  }

  #onNode(node: NodeRecord, message: AboutNode): void {
    switch (message.type) {
      case "started":
        node.pid = message.pid;
        return;
      case "overdue":
        return this.#keeper.move(node, "overdue");
      case "proven":
        return this.#rollout.onProven(node);
      case "examined":
        node.lastError = message.stack;
        return this.#keeper.move(node, "examined");
      case "said":
        return this.#onSaid(node, message);
    }
  }

  /** A node that says what it cannot say in its state does not follow the protocol: it goes, the others stay. */
  #onSaid(node: NodeRecord, { message }: Said): void {
    try {
      const event = this.#reception.hear(node, message);
      if (event !== undefined) this.#keeper.move(node, event);
      if (event === "draining" && node.servingSince !== undefined) this.#refill(node.place, 0);
      // One that ends before it has served makes room for another start.
      this.#places.startNext();
    } catch (error) {
      if ((error as MultiNodeError).code !== "MN_ERR_ILLEGAL_TRANSITION") throw error;
      this.#world.log(`${nameOf(node)} is killed: ${(error as Error).message}`);
      this.#world.kill(node.id, "process");
    }
  }

  #onReady(node: NodeRecord): void {
    this.#departures.onReady();
    this.#rollout.onReady(node);
    this.#world.onReady(this.#sizing.isComplete);
    this.#settle();
  }

  #onExited({ id, ...how }: Exited): void {
    const node = this.#fleet.get(id);
    if (node === undefined) return;
    node.exit = exitOf(node, how, this.#world.now());
    this.#reception.dismiss(id);
    this.#keeper.move(node, "exit");
    this.#endWhenEmpty();
  }

  #onGone(node: NodeRecord, exit: NodeExit): void {
    const consequence = this.#departures.take(node, exit, this.#state === "running");
    this.#rollout.onGone(node);
    if (this.#state !== "running") return;
    if (consequence?.type === "give-up") this.#stop(consequence.error);
    if (consequence?.type === "refill") this.#refill(node.place, consequence.delay);
    this.#settle();
  }

  /** After each change: what waits for the fleet to be as it is now. */
  #settle(): void {
    this.#places.startNext();
    this.#rollout.advance();
    this.#sizing.settle();
  }

  #checkUp(): void {
    const now = this.#world.now();
    this.#timers.set("checkup", CHECKUP_MS, { type: "checkup" });
    for (const { node, verdict } of this.#checkup.look(now)) this.#treat(node, verdict);
    this.#rollout.advance();
    const wanted = this.#sizing.forLoad(now);
    if (wanted !== undefined) this.#resize(wanted).catch(() => {});
  }

  #treat(node: NodeRecord, verdict: Finding["verdict"]): void {
    // Whoever read of another one in the log may have ended the service.
    if (this.#state !== "running") return;
    if (verdict === "hung") return this.#keeper.move(node, "hang");
    this.#world.log(`${nameOf(node)} has reached its limit of ${verdict}: it is replaced`);
    node.due = true;
  }

  #resize(places: number): Promise<void> {
    this.#world.log(`${places} nodes are wanted instead of ${this.#sizing.places}`);
    const resized = this.#sizing.resize(places, this.#world.now());
    this.#places.resize();
    if (this.#sizing.isComplete) this.#world.onReady(true);
    this.#settle();
    return resized;
  }
}
