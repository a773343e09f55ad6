// A node's life: joins the mesh, serves, drains when told to or when the master is gone, ends.
import { BindError, type ErrorCode, MultiNodeError } from "../errors.js";
import { leaveFolder } from "../mesh/folder.js";
import { Mesh } from "../mesh/mesh.js";
import type { Port, ServiceOptions } from "../options.js";
import { afterThisTurn, allSettled, Deferred, pause } from "../promises.js";
import type { Boot, IdleLimit, SocketInfo, SocketKey, ToNode } from "../protocol.js";
import type { Listener, Outlet, Peer, Role, ServerSource, Status } from "../role.js";
import { Ports } from "../serve/ports.js";
import type { ClientHandle, SocketHandle } from "../serve/handles.js";
import type { ListeningSocket } from "../serve/server.js";
import { Service } from "../serve/service.js";
import { removeAbandonedFile } from "../serve/socket-file.js";
import { startOfProcess } from "../started.js";
import { Asking } from "./asking.js";
import { startBeating } from "./heartbeat.js";
import { Intake } from "./intake.js";
import { MasterLine } from "./master-line.js";

/** Milliseconds that a node waits for its peers before it serves: one of them may hang. */
const MESH_WAIT_MS = 1_000;

/** Who waits for a socket that was not known when this node started. */
interface Asked {
  resolve(socket: ListeningSocket): void;
  reject(error: Error): void;
}

export class NodeRuntime implements Role {
  readonly self: Peer;
  readonly #boot: Boot;
  readonly #options: ServiceOptions;
  readonly #outlet: Outlet;
  readonly #line: MasterLine;
  readonly #ports = new Ports();
  readonly #service = new Service();
  readonly #starting: Promise<void>[] = [];
  readonly #meshed = new Deferred<void>();
  readonly #ready = new Deferred<void>();
  readonly #asked = new Map<SocketKey, Asked>();
  readonly #intake = new Intake((message) => this.#line.send(message));
  readonly #asking = new Asking((message) => this.#line.send(message));
  #mesh: Mesh | undefined;
  #heart: "silent" | "beats" = "silent";
  #masterIs: "there" | "gone" = "there";
  #state: "starting" | "serving" | "draining" = "starting";

  constructor(boot: Boot, options: ServiceOptions, outlet: Outlet) {
    this.self = { id: boot.id, pid: process.pid, isMaster: false, since: startOfProcess() };
    this.#boot = boot;
    this.#options = options;
    this.#outlet = outlet;
    this.#line = new MasterLine({
      message: (message, handle) => this.#onMessage(message, handle),
      lost: () => this.#onMasterLost(),
    });
    this.#ready.resolve(afterThisTurn().then(() => this.#started()));
    if (options.signals) this.#watchSignals();
    // Its pipe ends with the master: writing to it must not end this node before it has drained.
    process.stderr.on("error", () => {});
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  listen(port: Port, source: ServerSource): Listener {
    const key = this.#ports.claim(port);
    const listening = this.#listen(key, port, source);
    this.#starting.push(listening);
    listening.catch((error: Error) => this.#fail(error));
    return this.#ports.listener(key);
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
    this.#line.send({ type: "close" });
    return new Promise(() => {});
  }

  async #listen(key: SocketKey, port: Port, source: ServerSource): Promise<void> {
    const known = this.#boot.sockets.find((socket) => socket.key === key);
    const socket = known === undefined ? this.#ask(key, port) : this.#socketOf(known);
    await this.#service.serve(source, await socket, port);
    this.#onAccepting();
    this.#intake.open(key);
    this.#outlet.listening(this.#ports.address(key) ?? "");
  }

  /** Once, with the first port. */
  #onAccepting(): void {
    if (this.#heart === "beats") return;
    this.#heart = "beats";
    this.#line.send({ type: "accepting" });
    startBeating(
      (beat) => this.#line.send({ type: "beat", beat }),
      () => this.#service.counts(),
    );
  }

  /** Without a descriptor, the master accepts. */
  #socketOf({ fd, ...socket }: Boot["sockets"][number]): ListeningSocket {
    this.#ports.know(socket);
    return fd === undefined ? this.#intake.socket(socket.key, socket.address) : { fd };
  }

  #ask(key: SocketKey, port: Port): Promise<ListeningSocket> {
    this.#line.send({ type: "bind", key, port });
    return new Promise((resolve, reject) => this.#asked.set(key, { resolve, reject }));
  }

  /** Serving means: every server that the program asked for until now listens, and whoever can be reached is. */
  async #started(): Promise<void> {
    await allSettled(this.#starting);
    await Promise.race([this.#meshed.promise, pause(MESH_WAIT_MS)]);
    if (this.#state !== "starting") throw new MultiNodeError("MN_ERR_CLOSED", "this node ends before it has served");
    this.#state = "serving";
    this.#line.send({ type: "ready" });
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
        return this.#onSocket(message.socket, handle);
      case "handed-socket":
        return this.#asked.get(message.socket.key)?.resolve(this.#socketOf(message.socket));
      case "connection":
        return this.#intake.take(message, handle as ClientHandle | undefined);
      case "missing":
        return this.#intake.miss(message.number);
      case "no-socket":
        return this.#asked.get(message.key)?.reject(new BindError(message.code as ErrorCode, message.message));
      case "answer":
      case "refusal":
        return this.#asking.onAnswer(message);
      case "drain":
        return void this.#drain(message.timeout, message.idle);
    }
  }

  async #join(token: Buffer): Promise<void> {
    const { folder } = this.#boot;
    const mesh = new Mesh({
      self: this.self,
      folder,
      token,
      onLink: (...link) => this.#outlet.link(...link),
      onStream: (stream, peer) => this.#outlet.node(stream, peer),
    });
    try {
      await mesh.open();
      this.#mesh = mesh;
      this.#line.send({ type: "joined" });
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #onSocket(socket: SocketInfo, handle: SocketHandle | undefined): void {
    const asked = this.#asked.get(socket.key);
    if (asked === undefined || handle === undefined) return handle?.close();
    this.#ports.know(socket);
    asked.resolve({ handle });
  }

  /** A node that cannot start to serve ends, so that the master learns of it; listeners hear the error first. */
  #fail(error: Error): void {
    const starting = this.#state === "starting";
    if (starting) this.#line.send({ type: "failed", error: `${error.name}: ${error.message}` });
    process.nextTick(() => {
      if (!this.#outlet.error(error)) throw error;
      if (starting) process.exit(1);
    });
  }

  /** What a terminal sends reaches every process: the master alone decides. SIGTERM to one node ends just that one. */
  #watchSignals(): void {
    process.on("SIGINT", () => {});
    process.on("SIGQUIT", () => {});
    process.on("SIGHUP", () => {});
    process.on("SIGTERM", () => {
      this.#line.send({ type: "draining" });
      void this.#drain(this.#options.drainTimeout, null);
    });
  }

  #onMasterLost(): void {
    this.#masterIs = "gone";
    this.#asking.fail();
    process.once("exit", () => {
      this.#mesh?.close();
      leaveFolder(this.#boot.folder, this.self.id);
    });
    void this.#drain(this.#options.drainTimeout, null);
  }

  async #drain(timeout: number, idle: IdleLimit): Promise<void> {
    if (this.#state === "draining") return;
    this.#state = "draining";
    await this.#service.end(timeout, idle, (drain) => this.#outlet.drain(drain));
    await this.#outlet.flush();
    if (this.#masterIs === "gone") await Promise.all(this.#boot.sockets.map(removeAbandonedFile));
    process.exit();
  }
}
