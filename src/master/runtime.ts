// The master's life: binds, starts the nodes, joins the mesh, keeps all running, ends it in order.
import { randomBytes } from "node:crypto";
import { MultiNodeError, type StartError } from "../errors.js";
import { MASTER_ID } from "../mesh/endpoint.js";
import { makeFolder, removeEndpoint, removeFolder, sweepFolders } from "../mesh/folder.js";
import { Mesh } from "../mesh/mesh.js";
import type { Port, ServiceOptions } from "../options.js";
import { afterThisTurn, allSettled, Deferred } from "../promises.js";
import type { SocketKey } from "../protocol.js";
import type { Listener, NodeExit, Outlet, Peer, Role, ServerSource } from "../role.js";
import { Ports } from "../serve/ports.js";
import { Service } from "../serve/service.js";
import { startOfProcess } from "../started.js";
import { type SignalOrder, watchSignals } from "./signals.js";
import { Sockets } from "./sockets.js";
import { type Program, programOf } from "./spawn.js";
import { Supervisor } from "./supervisor.js";
import { makeWorld } from "./world.js";

const TOKEN_BYTES = 32;

export class MasterRuntime implements Role {
  readonly self: Peer = { id: MASTER_ID, pid: process.pid, isMaster: true, since: startOfProcess() };
  readonly #options: ServiceOptions;
  readonly #outlet: Outlet;
  readonly #folder: string;
  readonly #mesh: Mesh;
  readonly #supervisor: Supervisor;
  readonly #unwatchSignals: () => void;
  readonly #ports = new Ports();
  readonly #sockets = new Sockets();
  readonly #service = new Service();
  /** What has to succeed before the first node starts. */
  readonly #opening: Promise<unknown>[] = [];
  /** The servers of the master itself, with `masterListen`. */
  readonly #serving: Promise<void>[] = [];
  readonly #ready = new Deferred<void>();
  readonly #nodesReady = new Deferred<void>();
  readonly #nodesEnded = new Deferred<void>();
  #state: "opening" | "starting" | "running" | "closed" = "opening";
  #closing: Promise<void> | undefined;

  constructor(options: ServiceOptions, outlet: Outlet) {
    const program = programOf(options.script, options.args);
    const token = randomBytes(TOKEN_BYTES);
    this.#options = options;
    this.#outlet = outlet;
    this.#folder = makeFolder();
    this.#mesh = new Mesh({
      self: this.self,
      folder: this.#folder,
      token,
      onStream: (stream, peer) => outlet.node(stream, peer),
    });
    this.#supervisor = this.#supervise(program, token);
    this.#unwatchSignals = options.signals ? watchSignals((order) => this.#onSignal(order)) : () => {};
    process.once("exit", this.#dispose);
    this.#opening.push(this.#mesh.open());
    void afterThisTurn().then(() => this.#open());
    void sweepFolders();
  }

  get peers(): Peer[] {
    return this.#mesh.peers;
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  listen(port: Port, source: ServerSource): Listener {
    const key = this.#ports.claim(port);
    const bound = this.#bind(key, port, source);
    bound.catch(() => {});
    if (this.#state === "opening") this.#opening.push(bound);
    else
      bound.then(
        () => this.#announce(key),
        (error: Error) => this.#report(error),
      );
    return this.#ports.listener(key);
  }

  /** Ends every node in order, then lets the sockets go. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #bind(key: SocketKey, port: Port, source: ServerSource): Promise<void> {
    const socket = await this.#sockets.hold(key, port);
    this.#ports.know(socket);
    if (!this.#options.masterListen) return;
    const serving = this.#service.serve(source, socket, port);
    this.#serving.push(serving);
    serving.catch((error: Error) => this.#report(error));
  }

  async #open(): Promise<void> {
    try {
      await allSettled(this.#opening);
      if (this.#state !== "opening") return;
      this.#state = "starting";
      this.#supervisor.tell({ type: "start" });
      await Promise.all([this.#nodesReady.promise, allSettled(this.#serving)]);
      this.#onServing();
      this.#ready.resolve();
    } catch (error) {
      this.#ready.reject(error as Error);
      if (this.#state !== "opening") return;
      this.#report(error as Error);
      await this.close();
    }
  }

  #supervise(program: Program, token: Buffer): Supervisor {
    const { masterListen, restartChildren, readyTimeout, drainTimeout, nodes } = this.#options;
    const places = masterListen ? nodes - 1 : nodes;
    if (places === 0) this.#nodesReady.resolve();
    const world = makeWorld(
      {
        program,
        token,
        folder: this.#folder,
        sockets: this.#sockets,
        tell: (message) => this.#supervisor.tell(message),
      },
      {
        log: (line) => this.#options.log(`multi-node: ${line}`),
        onReady: (all) => this.#onNodeReady(all),
        onExit: (exit) => this.#onNodeExit(exit),
        onCloseRequest: () => void this.close(),
        onEnd: (error) => void this.#onNodesEnded(error),
      },
    );
    return new Supervisor(
      { places, restartChildren, masterServes: masterListen, readyTimeout, drainTimeout, program: program.script },
      world,
    );
  }

  #onNodeReady(all: boolean): void {
    this.#onServing();
    if (all) this.#nodesReady.resolve();
  }

  #onNodeExit(exit: NodeExit): void {
    this.#mesh.forget(exit.id);
    removeEndpoint(this.#folder, exit.id);
    this.#outlet.left(exit.id);
    this.#outlet.exit(exit);
  }

  #onServing(): void {
    if (this.#state !== "starting") return;
    this.#state = "running";
    for (const key of this.#ports.keys) this.#announce(key);
  }

  #announce(key: SocketKey): void {
    const address = this.#ports.address(key);
    if (address !== null) this.#outlet.listening(address);
  }

  async #onNodesEnded(error: StartError | undefined): Promise<void> {
    if (error !== undefined) this.#ready.reject(error);
    this.#nodesEnded.resolve();
    await this.close();
    if (error === undefined) return;
    if (!this.#outlet.error(error)) process.stderr.write(`multi-node: ${error.message}\n`);
    process.exit(1);
  }

  #onSignal(order: SignalOrder): void {
    if (order.type === "stop") return void this.close().then(() => process.exit());
    this.#supervisor.tell({ type: "kill" });
    process.exit(order.exitCode);
  }

  async #close(): Promise<void> {
    this.#supervisor.tell({ type: "stop" });
    const { masterListen, drainTimeout } = this.#options;
    const ownEnd = masterListen ? this.#service.end(drainTimeout, (drain) => this.#outlet.drain(drain)) : undefined;
    await Promise.all([this.#nodesEnded.promise, ownEnd]);
    this.#ready.reject(new MultiNodeError("MN_ERR_CLOSED", "the service was closed before all of it served"));
    this.#dispose();
    this.#outlet.close();
  }

  /** What must not stay behind; whatever ends this process passes here, except SIGKILL. */
  readonly #dispose = (): void => {
    if (this.#state === "closed") return;
    this.#state = "closed";
    process.off("exit", this.#dispose);
    this.#unwatchSignals();
    this.#mesh.close();
    this.#sockets.close();
    removeFolder(this.#folder);
  };

  #report(error: Error): void {
    process.nextTick(() => {
      if (!this.#outlet.error(error)) throw error;
    });
  }
}
