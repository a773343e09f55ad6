// A node's life: joins the mesh, serves, drains when told to or when the master is gone, ends.
import type { AddressInfo, Server } from "node:net";
import { MultiNodeError } from "../errors.js";
import { MASTER_ID } from "../mesh/endpoint.js";
import type { ServiceOptions } from "../options.js";
import type { NamedPort } from "../port-options.js";
import { afterThisTurn, allSettled, Deferred } from "../promises.js";
import type { Boot, HostedSettings, SocketKey, ToMaster, ToNode } from "../protocol.js";
import type { Listener, Outlet, Peer, Role, ServerSource, Status } from "../role.js";
import type { ClientHandle, SocketHandle } from "../serve/handles.js";
import { Lifeline } from "../serve/lifeline.js";
import { Service } from "../serve/service.js";
import { Tickets } from "../serve/tickets.js";
import { startOfProcess } from "../started.js";
import { Asking } from "./asking.js";
import { standInForCluster } from "./cluster-seam.js";
import { Departure } from "./departure.js";
import { Heart } from "./heartbeat.js";
import { Hosting } from "./hosting.js";
import { Intake } from "./intake.js";
import { MasterLine } from "./master-line.js";
import { Membership } from "./membership.js";
import { NodeSockets } from "./node-sockets.js";
import { outliveReaders } from "./output.js";
import { ReadyGate } from "./ready-gate.js";
import { Workshop } from "./workshop.js";

/** What a node keeps to. */
export type NodeOptions = Pick<ServiceOptions, "drainTimeout" | "signals" | "log">;

export class NodeRuntime implements Role {
  readonly self: Peer;
  readonly #boot: Boot;
  readonly #outlet: Outlet;
  readonly #line: MasterLine;
  readonly #log: (line: string) => void;
  readonly #tell = (message: ToMaster): void => this.#line.send(message);
  readonly #heart = new Heart(this.#tell, () => this.#service.counts());
  readonly #workshop: Workshop;
  readonly #starting: Promise<void>[] = [];
  readonly #begun = new Deferred<void>();
  readonly #membership: Membership;
  readonly #service: Service;
  readonly #ready = new Deferred<void>();
  readonly #intake = new Intake(this.#tell);
  readonly #tickets = new Tickets((key) => this.#tell({ type: "tls", key }));
  readonly #sockets: NodeSockets;
  readonly #hosting: Hosting | undefined;
  readonly #departure: Departure;
  readonly #asking = new Asking(this.#tell);
  #state: "starting" | "serving" = "starting";

  constructor(boot: Boot, options: NodeOptions, outlet: Outlet) {
    this.self = { id: boot.id, pid: process.pid, isMaster: false, since: startOfProcess() };
    this.#boot = boot;
    this.#outlet = outlet;
    this.#log = (line) => options.log(`multi-node: ${line}`);
    this.#membership = new Membership({
      self: this.self,
      boot,
      outlet,
      begun: this.#begun.promise,
      tell: this.#tell,
      failed: (error) => this.#fail(error),
    });
    this.#service = new Service(this.#membership.joined, () => boot.stickyCookie);
    this.#sockets = new NodeSockets(boot.sockets, this.#intake, this.#tell);
    this.#workshop = new Workshop(boot, outlet.nodes, this.#heart, this.#tell);
    this.#hosting = boot.hosted && this.#host(boot.hosted);
    this.#line = new MasterLine(this.#hosting === undefined ? "open" : "hidden", {
      message: (message, handle) => this.#onMessage(message, handle),
      lost: () => this.#onMasterLost(),
    });
    const asked = this.#hosting?.serving ?? afterThisTurn();
    this.#ready.resolve(asked.then(() => this.#started()));
    this.#departure = new Departure({
      programs: this.#hosting === undefined ? "own" : "hosted",
      drainTimeout: options.drainTimeout,
      killSignal: boot.hosted?.killSignal ?? "SIGTERM",
      service: this.#service,
      sockets: this.#sockets,
      outlet,
      announce: () => this.#tell({ type: "draining" }),
      log: this.#log,
    });
    if (options.signals) this.#departure.watchSignals();
    outliveReaders();
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  listen(port: NamedPort, source: ServerSource): Listener {
    this.#begun.resolve(afterThisTurn());
    const key = this.#sockets.ports.claim(port);
    const listening = this.#listen(key, port, source);
    this.#starting.push(listening);
    listening.catch((error: Error) => this.#fail(error));
    return this.#sockets.ports.listener(key);
  }

  async reload(): Promise<void> {
    await this.#asking.ask({ type: "reload" });
  }

  async resize(nodes: number): Promise<void> {
    await this.#asking.ask({ type: "resize", nodes });
  }

  status(): Promise<Status> {
    return this.#asking.ask({ type: "status" }) as Promise<Status>;
  }

  /** Asks the master to end the service, this process included: it resolves only where that takes a while. */
  close(): Promise<void> {
    this.#tell({ type: "close" });
    return new Promise(() => {});
  }

  async #listen(key: SocketKey, port: NamedPort, source: ServerSource): Promise<void> {
    // In an unmodified program, nothing else keeps the process alive until its server listens.
    const lifeline = new Lifeline();
    try {
      const socket = await this.#sockets.take(key, port);
      const held = this.#sockets.heldAs(key);
      await this.#service.serve(source, socket, port, (server) => this.#prepare(server, held));
      this.#intake.open(held);
    } finally {
      lifeline.cut();
    }
    this.#onListening(this.#sockets.ports.address(key) ?? "");
    this.#hosting?.onListening(key);
  }

  /** Before a server listens on a socket. */
  async #prepare(server: Server, key: SocketKey): Promise<void> {
    await Promise.all([this.#intake.prepare(key), this.#tickets.prepare(server, key)]);
  }

  /** Prepares for a program that knows nothing of all this, before it runs. */
  #host({ exclusive, sharedPorts, waitReady }: HostedSettings): Hosting {
    const hosting = new Hosting({
      exclusive,
      sharedPorts,
      tell: this.#tell,
      gate: waitReady ? new ReadyGate((error) => this.#giveUp(error)) : undefined,
      folder: this.#boot.folder,
      expected: this.#boot.expected ?? [],
      held: this.#boot.sockets,
      sockets: this.#sockets,
      intake: this.#intake,
      prepare: (server, key) => this.#prepare(server, key),
      service: this.#service,
      ends: () => this.#departure.hasBegun,
      mayAccept: () => (this.#starting.length === 0 ? undefined : this.#membership.joined),
      listening: (address) => this.#onListening(address),
      without: (port) => this.#log(`another process has port ${port}, which is exclusive: this one goes on without`),
      failed: (error) => this.#giveUp(error),
    });
    standInForCluster(Number(/\d+/.exec(this.self.id)), hosting.getServer);
    return hosting;
  }

  #onListening(address: AddressInfo | string): void {
    this.#begun.resolve();
    this.#onAccepting();
    this.#outlet.listening(address);
  }

  /** Once, with the first port. */
  #onAccepting(): void {
    if (this.#heart.begin() === "begun") this.#tell({ type: "accepting" });
  }

  /** Serving means: every server that the program asked for until now listens, and this node has joined the others. */
  async #started(): Promise<void> {
    await allSettled(this.#starting);
    await this.#membership.joined;
    if (this.#departure.hasBegun) throw new MultiNodeError("MN_ERR_CLOSED", "this node ends before it has served");
    this.#state = "serving";
    this.#tell({ type: "ready" });
  }

  #onMessage(message: ToNode, handle: SocketHandle | undefined): void {
    switch (message.type) {
      case "token":
        return void this.#membership.open(Buffer.from(message.token, "hex"));
      case "welcome":
        return this.#membership.onWelcome(message);
      case "starting":
        return this.#membership.onStarting(message.id);
      case "left":
        return this.#membership.onLeft(message.id);
      case "socket":
        return this.#sockets.onSocket(message, handle);
      case "socket-sent":
        return this.#sockets.onSent(message);
      case "held":
        return this.#hosting?.onHeld(message.socket);
      case "released":
        return this.#sockets.onReleased(message.key);
      case "handed-socket":
        return this.#sockets.onHandedSocket(message);
      case "connection":
        return this.#intake.take(message, handle as ClientHandle | undefined);
      case "opened":
        return this.#intake.onOpened(message.key);
      case "ticket-keys":
        return this.#tickets.onKeys(message);
      case "missing":
        return this.#intake.miss(message.number);
      case "no-socket":
        return this.#sockets.onRefused(message);
      case "answer":
      case "refusal":
        return this.#asking.onAnswer(message);
      case "tool":
        return void this.#workshop.use(message);
      case "drain":
        return void this.#departure.begin(message.timeout, message.idle);
    }
  }

  /** A node that cannot start to serve ends, so that the master learns of it; listeners hear the error first. */
  #fail(error: Error): void {
    const starting = this.#state === "starting" && !this.#departure.hasBegun;
    if (starting) this.#tell({ type: "failed", error: `${error.name}: ${error.message}` });
    process.nextTick(() => {
      if (!this.#outlet.error(error)) throw error;
      if (starting) process.exit(1);
    });
  }

  /** Ends a hosted program that would end with this error itself: the master has the word. */
  #giveUp({ message }: Error): void {
    this.#tell({ type: "failed", error: message });
    process.exit(1);
  }

  #onMasterLost(): void {
    this.#asking.fail();
    this.#outlet.left(MASTER_ID);
    process.once("exit", () => this.#membership.leave());
    this.#departure.onMasterLost();
  }
}
