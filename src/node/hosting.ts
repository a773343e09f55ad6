// A program that knows nothing of this package: what it listens on comes from the master, when it serves is found out.
import { subscribe } from "node:diagnostics_channel";
import type { Socket as UdpSocket } from "node:dgram";
import type { EventEmitter } from "node:events";
import type { AddressInfo, Server } from "node:net";
import { BindError, type MultiNodeError } from "../errors.js";
import type { Port } from "../port-options.js";
import { Deferred } from "../promises.js";
import type { SocketAddress, SocketInfo, SocketKey, ToMaster, ToOwnPorts } from "../protocol.js";
import type { SocketHandle } from "../serve/handles.js";
import { handleFor } from "../serve/server.js";
import type { Service } from "../serve/service.js";
import type { Answer, Query } from "./cluster-seam.js";
import type { Intake } from "./intake.js";
import { isErrorHeard } from "./error-heard.js";
import type { ReadyGate } from "./ready-gate.js";
import { listenError } from "./listen-error.js";
import { type NodeSockets, RefusedError } from "./node-sockets.js";
import { listenAlone, type NetInternals, shareOwnPorts, watchOwnPorts } from "./own-ports.js";
import { portOf } from "./asked-port.js";
import { PendingHandle } from "./pending-handle.js";
import { PortProbes } from "./port-probes.js";
import { standInFor, whenItStays } from "./trial.js";
import { UdpHosting } from "./udp.js";

export interface HostingOptions {
  /** What the service has by now. */
  held: readonly SocketInfo[];
  /** What earlier nodes of the service have listened on. */
  expected: readonly SocketKey[];
  /** Ports that are left to Node. */
  exclusive: readonly number[];
  /** Whether ports that the program asks for with `exclusive: true` are shared all the same. */
  sharedPorts: boolean;
  /** Where this package has sockets of its own. */
  folder: string;
  sockets: NodeSockets;
  intake: Pick<Intake, "open">;
  /** Does what has to be done before a server listens on a socket, by its name in the master. */
  prepare: (server: Server, key: SocketKey) => Promise<void>;
  /** Holds back what listens until the program says that it is ready; `undefined` where it need not say so. */
  gate: ReadyGate | undefined;
  service: Pick<Service, "watch" | "watchUdp">;
  /** Whether this node ends: then it is not the program that closes sockets. */
  ends: () => boolean;
  /** A promise where servers are to wait until they accept: the program may call others in the service. */
  mayAccept: () => Promise<void> | undefined;
  /** Told of an exclusive port that another process has, where the program does not listen for that. */
  without: (port: number) => void;
  /** Tells the master of ports that the program has, or wants, for itself. */
  tell: (message: ToOwnPorts | PortTaken) => void;
  /** Told of a socket that cannot be had, where the program does not listen for that. */
  failed: (error: Error) => void;
  /** Told each time that the program listens somewhere. */
  listening: (address: AddressInfo | string) => void;
}

type PortTaken = Extract<ToMaster, { type: "port-taken" }>;

/** Milliseconds for which a node waits for sockets that others of its service have and this one does not listen on. */
const REST_MS = 5_000;
/** What Node publishes once a server listens, whoever made its socket. */
const LISTENS = "tracing:net.server.listen:asyncEnd";

export class Hosting {
  /** Resolves once the program listens on all that others of its service do, or on some of it for a while, and is ready. */
  readonly serving: Promise<void>;
  readonly #options: HostingOptions;
  readonly #listens = new Deferred<void>();
  readonly #expected: Set<SocketKey>;
  readonly #keys = new WeakMap<Server, SocketKey>();
  /** Those that are about to listen on nothing. */
  readonly #standIns = new WeakSet<Server>();
  readonly #udp: UdpHosting;
  readonly #probes: PortProbes;
  /** Why the program does not listen where others of its service do. */
  #refused: string | undefined;
  #rest: NodeJS.Timeout | undefined;

  constructor(options: HostingOptions) {
    this.#options = options;
    this.#expected = new Set(options.expected);
    this.serving = bothResolved(this.#listens.promise, options.gate?.opened.promise);
    this.#udp = new UdpHosting({
      ...options,
      bound: (socket, address, key) => this.#onUdpBound(socket, address, key),
    });
    this.#probes = new PortProbes(options.held, (key) => options.sockets.listensOn(key));
    this.#handleOwnPorts();
    subscribe(LISTENS, (message) => this.#onListening((message as { server: Server }).server));
  }

  /** Gives a server what it wants to listen on. */
  readonly getServer = (server: Server, query: Query, answer: Answer): void => {
    if (typeof query.addressType === "string") {
      return this.#udp.bind(server as unknown as UdpSocket, query, answer);
    }
    const port = portOf(query);
    if ("port" in port && this.#options.exclusive.includes(port.port)) {
      return listenAlone(server, query, () => this.#options.without(port.port));
    }
    void this.#give(server, query, port, answer);
  };

  /** The service has one more socket. */
  onHeld(socket: SocketInfo): void {
    this.#probes.add(socket);
  }

  #handleOwnPorts(): void {
    const { folder, sharedPorts, failed, tell } = this.#options;
    if (sharedPorts) return shareOwnPorts(folder, this.getServer);
    watchOwnPorts({
      failed,
      taken: (address) => tell({ type: "port-taken", address }),
      boundUdp: (socket) => this.#onUdpBound(socket, { ...socket.address(), transport: "udp" }, undefined),
    });
  }

  /** A port is this process' alone: the master is to know who has it. */
  #tellOwnPort(owner: EventEmitter, address: SocketAddress): void {
    const { tell } = this.#options;
    tell({ type: "own-port", address });
    owner.once("close", () => tell({ type: "own-port-closed", address }));
  }

  /** The program listens on a socket of the service. */
  onListening(key: SocketKey): void {
    this.#expected.delete(this.#options.sockets.heldAs(key));
    if (this.#expected.size === 0) return this.#listens.resolve();
    if (this.#rest === undefined) this.#rest = setTimeout(() => this.#onRest(), REST_MS).unref();
  }

  /** A program that was refused where its predecessor listens has listened elsewhere instead: clients would find nobody. */
  #onRest(): void {
    const { expected, failed } = this.#options;
    const hasKeptNone = this.#expected.size === new Set(expected).size;
    if (this.#refused !== undefined && hasKeptNone) failed(new BindError("MN_ERR_PORT_IN_USE", this.#refused));
    else this.#listens.resolve();
  }

  async #give(server: Server, query: Query, port: Port, answer: Answer): Promise<void> {
    const { sockets, prepare, mayAccept } = this.#options;
    const asked = (server as NetInternals)._listeningId;
    const pending = new PendingHandle();
    (server as NetInternals)._handle = pending;
    let key: SocketKey | undefined;
    try {
      key = sockets.ports.claim(port);
      const socket = await sockets.take(key, port);
      await mayAccept();
      await prepare(server, sockets.heldAs(key));
      pending.leave(server as NetInternals);
      this.#attach(server, key, handleFor(server, socket), answer);
    } catch (error) {
      pending.leave(server as NetInternals);
      if (key !== undefined) sockets.ports.release(key);
      // Nobody waits for it any more where the program has closed the server meanwhile.
      if (asked === (server as NetInternals)._listeningId) this.#refuse(server, query, error as MultiNodeError, answer);
    }
  }

  /**
   * Where other nodes of this service have the port, a program that only looks whether it is free is to find that it is,
   * as the first node did. One that means to listen hears what is wrong when it has not closed its server by then.
   */
  #refuse(server: Server, query: Query, error: MultiNodeError, answer: Answer): void {
    const refuse = (): void => this.#fail(server, error, listenError(query, error));
    if (!this.#isOthers(error)) return refuse();
    const refused = `${error.message}; the program listens elsewhere instead, and on nothing that the node before it does`;
    const handle = standInFor(query);
    this.#standIns.add(server);
    answer(0, handle);
    whenItStays(handle, () => {
      this.#refused = refused;
      server.close();
      refuse();
    });
  }

  #isOthers(error: MultiNodeError): boolean {
    if (!(error instanceof RefusedError) || error.system !== "EADDRINUSE" || error.ours.length === 0) return false;
    return !error.ours.some((key) => this.#options.sockets.listensOn(key));
  }

  /** What the program does not want to hear of would end it with a stack that is none of its own. */
  #fail(server: EventEmitter, error: MultiNodeError, told: Error): void {
    process.nextTick(() => {
      if (isErrorHeard(server)) server.emit("error", told);
      else this.#options.failed(error);
    });
  }

  #attach(server: Server, key: SocketKey, handle: SocketHandle, answer: Answer): void {
    const { sockets, ends, gate } = this.#options;
    gate?.guard(handle);
    const close = handle.close.bind(handle);
    handle.close = (...args: []) => {
      close(...args);
      if (!ends()) sockets.release(key);
    };
    this.#keys.set(server, key);
    answer(0, handle);
  }

  /** Also those that are exclusive: they end in order with the others. */
  #onListening(server: Server): void {
    if (this.#standIns.delete(server)) return;
    const { folder, service, intake, sockets, listening } = this.#options;
    const key = this.#keys.get(server);
    this.#keys.delete(server);
    const address = (key === undefined ? server.address() : sockets.ports.address(key)) ?? "";
    if (typeof address === "string" && address.startsWith(folder)) return;
    service.watch(server);
    if (key !== undefined) intake.open(sockets.heldAs(key));
    else if (typeof address === "object") this.#tellOwnPort(server, address);
    listening(address);
    setImmediate(() => this.#judge(key, server.listening));
  }

  #onUdpBound(socket: UdpSocket, address: SocketAddress, key: SocketKey | undefined): void {
    let state: "bound" | "closed" = "bound";
    socket.once("close", () => {
      state = "closed";
    });
    if (key === undefined) this.#tellOwnPort(socket, address);
    this.#options.listening(address);
    setImmediate(() => this.#judge(key, state === "bound"));
  }

  /** A server that is closed at once was only to find out which port is free. */
  #judge(key: SocketKey | undefined, isOpen: boolean): void {
    if (key !== undefined) this.#expected.delete(this.#options.sockets.heldAs(key));
    if (!isOpen) return;
    this.#probes.end();
    if (this.#expected.size === 0) this.#listens.resolve();
    else if (key !== undefined) this.onListening(key);
  }
}

async function bothResolved(one: Promise<void>, other: Promise<void> | undefined): Promise<void> {
  await one;
  await other;
}
