// The master's life: binds, starts the nodes, keeps all running, ends it in order or hands it over.
import { quotaNote } from "../cpus.js";
import { MultiNodeError, type StartError } from "../errors.js";
import { MASTER_ID } from "../mesh/endpoint.js";
import type { ServiceOptions } from "../options.js";
import type { NamedPort } from "../port-options.js";
import { printableLines } from "../printable.js";
import { afterThisTurn, Deferred } from "../promises.js";
import type { Order } from "../protocol.js";
import type { Listener, NodeExit, Outlet, Peer, ReloadEvent, Role, ServerSource, Status } from "../role.js";
import { Service } from "../serve/service.js";
import { startOfProcess } from "../started.js";
import { type Account, accountOf } from "./account.js";
import { Addresses } from "./addresses.js";
import { Governance } from "./governance.js";
import { notify } from "./notify.js";
import { Premises } from "./premises.js";
import { type Program, programOf } from "./program.js";
import { aboutService } from "./program-name.js";
import { watchSignals } from "./signals.js";
import { type Steered, steer } from "./steering.js";
import { Succession } from "./succession.js";
import { Supervisor } from "./supervisor.js";
import { supervisorOptions } from "./supervisor-options.js";
import { makeWorld, type Reports, type WorldOptions } from "./world.js";

/** Milliseconds for which idle connections stay when all ends: who waits longer has nobody left to ask. */
const LAST_IDLE_MS = 1_000;

export class MasterRuntime implements Role, Steered {
  readonly self: Peer = { id: MASTER_ID, pid: process.pid, isMaster: true, since: startOfProcess() };
  readonly governance: Governance;
  readonly #options: ServiceOptions;
  readonly #outlet: Outlet;
  readonly #program: Program;
  readonly #premises: Premises;
  readonly #supervisor: Supervisor;
  readonly #unwatchSignals: () => void;
  readonly #service = new Service(undefined, () => this.#premises.stickyCookie(MASTER_ID));
  readonly #succession = new Succession();
  readonly #addresses: Addresses;
  readonly #ready = new Deferred<void>();
  readonly #nodesReady = new Deferred<void>();
  readonly #nodesEnded = new Deferred<void>();
  /** Aborts when the service ends. */
  readonly #ending = new AbortController();
  #state: "opening" | "starting" | "running" | "upgrading" | "handed-over" | "closed" = "opening";
  #closing: Promise<void> | undefined;

  constructor(options: ServiceOptions, outlet: Outlet) {
    const account = accountOf(options.user, options.group);
    this.#options = options;
    this.#outlet = outlet;
    this.#program = programOf(options.script, options.args, options);
    const report = (error: Error): void => this.#report(error);
    this.#premises = new Premises(options, {
      self: this.self,
      account,
      log: this.log,
      report,
      onHeld: (socket) => {
        if (options.hosted !== undefined) this.#addresses.found(socket);
      },
      onReleased: (key) => this.#addresses.lost(key),
      onLink: (...link) => outlet.link(...link),
      onStream: (...stream) => outlet.node(...stream),
    });
    this.#addresses = new Addresses({
      premises: this.#premises,
      service: options.masterListen ? this.#service : undefined,
      listening: (address) => outlet.listening(address),
      report,
    });
    this.#supervisor = this.#supervise(account);
    this.#unwatchSignals = options.signals ? watchSignals((order) => steer(this, order)) : () => {};
    this.governance = new Governance(this, this.#premises, options);
    void afterThisTurn().then(() => this.#open());
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  listen(port: NamedPort, source: ServerSource): Listener {
    return this.#addresses.listen(port, source);
  }

  async reload(): Promise<void> {
    await this.order({ type: "reload" });
  }

  async resize(nodes: number): Promise<void> {
    await this.order({ type: "resize", nodes });
  }

  status(): Promise<Status> {
    return this.order({ type: "status" }) as Promise<Status>;
  }

  get wanted(): number {
    return this.#supervisor.places + (this.#options.masterListen ? 1 : 0);
  }

  /** What the nodes ask for and what this process asks for is the same. */
  order(order: Order): Promise<unknown> {
    return this.#supervisor.order(order);
  }

  readonly log = (line: string): void => this.#premises.output.log(line);

  killAll(): void {
    this.#supervisor.tell({ type: "kill" });
  }

  /** Replaces this master by a new one that gets the held sockets; where that fails, this one goes on. */
  async upgrade(): Promise<void> {
    if (this.#state !== "running" || this.#closing !== undefined) return;
    this.#state = "upgrading";
    try {
      const { hosted, script, args } = this.#options;
      const program = hosted === undefined ? programOf(script, args) : programOf(undefined, undefined);
      const estate = { sockets: this.#premises.sockets.held, ticketKeys: this.#premises.tickets.all };
      const successor = await this.#succession.start(program, estate, this.#options, this.#ending.signal);
      this.#state = "handed-over";
      await this.#succession.release(successor, (replaced) => this.#outlet.replaced(replaced));
    } catch (error) {
      if (this.#closing === undefined) this.#state = "running";
      throw error;
    }
    await this.close();
    process.exit();
  }

  /** Ends every node in order, then lets the sockets go. */
  close(): Promise<void> {
    if (this.#closing === undefined) {
      const closing = new Deferred<void>();
      this.#closing = closing.promise;
      closing.resolve(this.#close());
    }
    return this.#closing;
  }

  async #open(): Promise<void> {
    try {
      await Promise.all([this.#premises.open(), this.#addresses.bound()]);
      if (this.#state !== "opening") return;
      this.#state = "starting";
      const note = quotaNote(this.#options.nodes);
      if (note !== undefined) this.log(note);
      this.#supervisor.tell({ type: "start" });
      this.#outlet.joined();
      await Promise.all([this.#nodesReady.promise, this.#addresses.served()]);
      this.#onServing();
      await this.#onAllServing();
    } catch (error) {
      this.#ready.reject(error as Error);
      if (this.#state !== "opening") return;
      this.#report(error as Error);
      await afterThisTurn();
      await this.close();
    }
  }

  #supervise(account: Account | undefined): Supervisor {
    const options = supervisorOptions(this.#options, aboutService(this.#options.name, this.#program, this.self));
    if (options.places === 0) this.#nodesReady.resolve();
    const tell: WorldOptions["tell"] = (message) => this.#supervisor.tell(message);
    const world = makeWorld({ program: this.#program, account, premises: this.#premises, tell }, this.#reports());
    return new Supervisor(options, world, this.#succession.numbers);
  }

  #reports(): Reports {
    return {
      log: this.log,
      onSpawn: (id) => this.#outlet.expect([id]),
      onReady: (all) => {
        this.#onServing();
        if (all) this.#nodesReady.resolve();
      },
      onExit: (exit) => this.#onNodeExit(exit),
      onReload: (event) => this.#onReload(event),
      onCloseRequest: () => void this.close(),
      onEnd: (error) => void this.#onNodesEnded(error),
    };
  }

  #onNodeExit(exit: NodeExit): void {
    this.#premises.forget(exit.id);
    this.#outlet.left(exit.id);
    this.#outlet.exit(exit);
  }

  #onServing(): void {
    if (this.#state !== "starting") return;
    this.#state = "running";
    this.#addresses.announce();
  }

  async #onAllServing(): Promise<void> {
    this.#premises.sockets.closeUnused();
    await this.#succession.takeOver();
    this.#ready.resolve();
    notify("ready");
  }

  #onReload(event: ReloadEvent): void {
    notify(event.state === "started" ? "reloading" : "ready");
    this.#outlet.reload(event);
  }

  async #onNodesEnded(error: StartError | undefined): Promise<void> {
    if (error !== undefined) this.#ready.reject(error);
    this.#nodesEnded.resolve();
    await this.close();
    if (error === undefined) return;
    if (!this.#outlet.error(error)) process.stderr.write(`multi-node: ${printableLines(error.message)}\n`);
    process.exit(1);
  }

  async #close(): Promise<void> {
    this.#ending.abort();
    this.#premises.leaveFiles();
    if (this.#state === "handed-over") this.governance.succeeded();
    else notify("stopping");
    const idle = this.#state === "handed-over" ? null : LAST_IDLE_MS;
    await this.#premises.dispatcher?.stop();
    this.#supervisor.tell({ type: "stop", idle });
    const { masterListen, drainTimeout } = this.#options;
    const ownEnd = masterListen
      ? this.#service.end({ timeout: drainTimeout, idle, log: this.log }, (drain) => this.#outlet.drain(drain))
      : undefined;
    await Promise.all([this.#nodesEnded.promise, ownEnd]);
    this.#ready.reject(new MultiNodeError("MN_ERR_CLOSED", "the service was closed before all of it served"));
    await Promise.all([this.#premises.unguard(), this.#outlet.flush(), this.governance.ended()]);
    this.#unwatchSignals();
    await this.#premises.output.end();
    this.#premises.dispose(this.#state === "handed-over" ? "keep" : "close");
    this.#state = "closed";
    this.#outlet.close();
  }

  /** What fails because the service ends is no news. */
  #report(error: Error): void {
    if (this.#closing !== undefined) return;
    process.nextTick(() => {
      if (!this.#outlet.error(error)) throw error;
    });
  }
}
