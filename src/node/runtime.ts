// A node's life: joins the mesh, serves, drains when told to or when the master is gone, ends.
import type { AddressInfo, Socket } from "node:net";
import { MultiNodeError } from "../errors.js";
import { leaveFolder } from "../mesh/folder.js";
import { Mesh } from "../mesh/mesh.js";
import type { ServiceOptions } from "../options.js";
import type { Port } from "../port-options.js";
import { afterThisTurn, allSettled, Deferred, pause } from "../promises.js";
import type { Boot, HostedSettings, SocketKey, ToMaster, ToNode } from "../protocol.js";
import type { Listener, Outlet, Peer, Role, ServerSource, Status } from "../role.js";
import type { ClientHandle, SocketHandle } from "../serve/handles.js";
import { Service } from "../serve/service.js";
import { startOfProcess } from "../started.js";
import { Asking } from "./asking.js";
import { standInForCluster } from "./cluster-seam.js";
import { Departure } from "./departure.js";
import { Heart } from "./heartbeat.js";
import { Hosting } from "./hosting.js";
import { Intake } from "./intake.js";
import { MasterLine } from "./master-line.js";
import { NodeSockets } from "./node-sockets.js";
import { outliveReaders } from "./output.js";
import { ReadyGate } from "./ready-gate.js";
import { Workshop } from "./workshop.js";

/** Milliseconds that a node waits for its peers before it serves: one of them may hang. */
const MESH_WAIT_MS = 1_000;

/** What a node keeps to. */
export type NodeOptions = Pick<ServiceOptions, "drainTimeout" | "signals" | "log">;

export class NodeRuntime implements Role {
  readonly self: Peer;
  readonly #boot: Boot;
  readonly #outlet: Outlet;
  readonly #line: MasterLine;
  readonly #service = new Service();
  readonly #log: (line: string) => void;
  readonly #tell = (message: ToMaster): void => this.#line.send(message);
  readonly #heart = new Heart(this.#tell, () => this.#service.counts());
  readonly #workshop: Workshop;
  readonly #starting: Promise<void>[] = [];
  /** Resolves when the program has said where it listens, and in the same turn perhaps what it wants to hear. */
  readonly #begun = new Deferred<void>();
  readonly #meshed = new Deferred<void>();
  readonly #ready = new Deferred<void>();
  readonly #intake = new Intake(this.#tell);
  readonly #sockets: NodeSockets;
  readonly #hosting: Hosting | undefined;
  readonly #departure: Departure;
  readonly #asking = new Asking(this.#tell);
  #mesh: Mesh | undefined;
  #state: "starting" | "serving" = "starting";

  constructor(boot: Boot, options: NodeOptions, outlet: Outlet) {
    this.self = { id: boot.id, pid: process.pid, isMaster: false, since: startOfProcess() };
    this.#boot = boot;
    this.#outlet = outlet;
    this.#log = (line) => options.log(`multi-node: ${line}`);
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

  listen(port: Port, source: ServerSource): Listener {
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

  async #listen(key: SocketKey, port: Port, source: ServerSource): Promise<void> {
    await this.#service.serve(source, await this.#sockets.take(key, port), port);
    await this.#intake.open(this.#sockets.heldAs(key));
    this.#onListening(this.#sockets.ports.address(key) ?? "");
    this.#hosting?.onListening(key);
  }

  /** Prepares for a program that knows nothing of all this, before it runs. */
  #host({ exclusive, waitReady }: HostedSettings): Hosting {
    const hosting = new Hosting({
      exclusive,
      gate: waitReady ? new ReadyGate((error) => this.#giveUp(error)) : undefined,
      folder: this.#boot.folder,
      expected: this.#boot.sockets.map(({ key }) => key),
      sockets: this.#sockets,
      intake: this.#intake,
      service: this.#service,
      ends: () => this.#departure.hasBegun,
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

  /** Serving means: every server that the program asked for until now listens, and whoever can be reached is. */
  async #started(): Promise<void> {
    await allSettled(this.#starting);
    await Promise.race([this.#meshed.promise, pause(MESH_WAIT_MS)]);
    if (this.#departure.hasBegun) throw new MultiNodeError("MN_ERR_CLOSED", "this node ends before it has served");
    this.#state = "serving";
    this.#tell({ type: "ready" });
  }

  async #dialAll(peers: string[]): Promise<void> {
    await Promise.all(peers.map(async (peer) => this.#mesh?.dial(peer)));
  }

  #onMessage(message: ToNode, handle: SocketHandle | undefined): void {
    switch (message.type) {
      case "token":
        return void this.#join(Buffer.from(message.token, "hex"));
      case "welcome":
        return this.#meshed.resolve(this.#dialAll(message.peers));
      case "left":
        return this.#outlet.left(message.id);
      case "socket":
        return this.#sockets.onSocket(message, handle);
      case "socket-sent":
        return this.#sockets.onSent(message);
      case "released":
        return this.#sockets.onReleased(message.key);
      case "handed-socket":
        return this.#sockets.onHandedSocket(message);
      case "connection":
        return this.#intake.take(message, handle as ClientHandle | undefined);
      case "opened":
        return this.#intake.onOpened(message.key);
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

  /** Not before the program has begun: what others publish for a process that has just joined is to find who listens. */
  async #join(token: Buffer): Promise<void> {
    await this.#begun.promise;
    const { folder } = this.#boot;
    const mesh = new Mesh({
      self: this.self,
      folder,
      token,
      onLink: (stream, peer, side) => this.#outlet.link(this.#free(stream), peer, side),
      onStream: (stream, peer) => this.#outlet.node(this.#free(stream), peer),
    });
    try {
      await mesh.open();
      this.#mesh = mesh;
      this.#tell({ type: "joined" });
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  /** A hosted program decides itself how long its process lives. */
  #free(stream: Socket): Socket {
    return this.#hosting === undefined ? stream : stream.unref();
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
    process.once("exit", () => {
      this.#mesh?.close();
      leaveFolder(this.#boot.folder, this.self.id);
    });
    this.#departure.onMasterLost();
  }
}
