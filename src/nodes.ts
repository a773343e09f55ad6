// The object that listen() returns: the same in every process, whatever its role.
import { EventEmitter } from "node:events";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import type { Call } from "./messages/answer.js";
import type { Settled } from "./messages/calls.js";
import type { Channel } from "./messages/channel.js";
import type { MessageLimits } from "./messages/link.js";
import type { Handler } from "./messages/running-call.js";
import { Switchboard } from "./messages/switchboard.js";
import { type CallOptions, checkName } from "./messages/targets.js";
import { checkNodeCount } from "./options.js";
import { checkPortOptions, type NamedPort, type PortOptions } from "./port-options.js";
import { printableLines } from "./printable.js";
import type { Events, Listener, Outlet, Peer, Role, ServerSource, Status } from "./role.js";
import { checkServerSource } from "./serve/server.js";
import { UnheardStreams } from "./unheard-streams.js";

/** The port that a service begins with. */
export interface FirstPort {
  port: NamedPort;
  source: ServerSource;
}

/** A service of many processes, as one of them sees it. Its events are those of the type Events. */
export class Nodes extends EventEmitter<Events> {
  readonly #role: Role;
  readonly #switchboard: Switchboard;
  readonly #unheard = new UnheardStreams();
  #first: Listener | undefined;
  /** Where it listens as far as it was told, in a service that was not told where to. */
  #heard: AddressInfo | string | null = null;

  /** @internal listen() makes it. */
  constructor(
    makeRole: (outlet: Outlet) => Role,
    { log, maxPayload, maxBufferedAmount }: MessageLimits & { log: (line: string) => void },
    first?: FirstPort,
  ) {
    super();
    this.#role = makeRole(this.#outlet());
    this.#switchboard = new Switchboard(
      this.#role.self,
      { maxPayload, maxBufferedAmount },
      {
        join: (peer) => this.#tellOf("join", peer),
        leave: (peer) => this.#tellOf("leave", peer),
        fault: ({ id }, error) => log(`multi-node: ${this.id}: the link to ${id} was closed: ${error.message}`),
      },
    );
    void this.#switchboard.startBy(this.#role.ready);
    if (first !== undefined) this.addFirst(first);
    (this as EventEmitter).on("newListener", (event) => {
      if (event === "node" && this.#unheard.size > 0) process.nextTick(() => this.#deliver());
    });
  }

  /** Whether this is the process that was started first, and that supervises the others. */
  get isMaster(): boolean {
    return this.#role.self.isMaster;
  }

  /** The same as isMaster, by the name that node:cluster uses. */
  get isPrimary(): boolean {
    return this.isMaster;
  }

  /** `master`, or `node-1`, `node-2`, …; never used twice in the life of a service. */
  get id(): string {
    return this.#role.self.id;
  }

  /** This process, as the others see it. */
  get self(): Peer {
    return this.#role.self;
  }

  /** The other processes that have joined and not left, in the order in which they joined. */
  get peers(): Peer[] {
    return this.#switchboard.peers;
  }

  /** Resolves in a serving process when it serves, in the master when all nodes do. Rejects when that fails. */
  get ready(): Promise<void> {
    return this.#role.ready;
  }

  /** Where the first port listens: address, family and port, or a path; `null` until that is known. */
  address(): AddressInfo | string | null {
    return this.#first === undefined ? this.#heard : this.#first.address();
  }

  /** @internal The port that address() tells. */
  addFirst({ port, source }: FirstPort): void {
    this.#first = this.#role.listen(port, source);
  }

  /**
   * Adds a port to the service.
   * @throws UsageError MN_ERR_OPTION, MN_ERR_SERVER_TYPE, MN_ERR_SERVER_LISTENING
   * @throws BindError MN_ERR_PORT_IN_USE when this service listens there already
   */
  listen(options: PortOptions, server: ServerSource): Listener {
    const port = checkPortOptions(options);
    checkServerSource(server);
    return this.#role.listen(port, server);
  }

  /**
   * Replaces every node by one that runs the program as it is now, without losing a request. Resolves when all are
   * replaced. One that is asked for while another runs follows it.
   * @throws StartError MN_ERR_RELOAD_FAILED when the new program does not come to serve: the old nodes go on.
   */
  reload(): Promise<void> {
    return this.#role.reload();
  }

  /**
   * Changes how many processes serve. Resolves when as many do.
   * @throws UsageError MN_ERR_OPTION
   */
  async resize(nodes: number): Promise<void> {
    checkNodeCount(nodes);
    return this.#role.resize(nodes);
  }

  /** What the master knows of the service and its nodes. */
  status(): Promise<Status> {
    return this.#role.status();
  }

  /**
   * A place to publish and to listen, the same in every process: see docs/messages.md.
   * @param name 1 to 255 bytes of UTF-8
   * @throws UsageError MN_ERR_OPTION, MN_ERR_TOO_MANY
   */
  channel<Value = unknown>(name: string): Channel<Value> {
    checkName(name, "channel");
    return this.#switchboard.channels.open(name) as Channel<Value>;
  }

  /**
   * Answers calls of this name in this process. Where the handler is an async generator, the answer comes in items.
   * @param name 1 to 255 bytes of UTF-8
   * @returns what removes the handler; calls in progress finish
   * @throws UsageError MN_ERR_OPTION, MN_ERR_HANDLER_TWICE, MN_ERR_TOO_MANY
   */
  handle<Value = unknown>(name: string, handler: Handler<Value>): () => void {
    return this.#switchboard.handlers.handle(name, handler as Handler);
  }

  /**
   * Asks the handler of this name in another process, or in this one. Always settles, whatever dies.
   * @param target the id of a process, `"master"`, `"any"` (the least busy of those that handle it) or `"all"` (each of
   * them, this process included: the result is an array that tells how each fared)
   * @returns a promise of the answer; where the handler is an async generator, `for await` reads it item by item
   * Rejects with UsageError MN_ERR_OPTION, MN_ERR_FRAME_TOO_LARGE, DOMException DataCloneError, BackpressureError
   * MN_ERR_BACKPRESSURE, NoHandlerError MN_ERR_NO_HANDLER, PeerGoneError MN_ERR_PEER_GONE, CallTimeoutError
   * MN_ERR_CALL_TIMEOUT, CallAbortedError MN_ERR_CALL_ABORTED, or with what the handler threw.
   */
  call<Result = unknown>(target: "all", name: string, value?: unknown, options?: CallOptions): Call<Settled<Result>[]>;
  call<Result = unknown>(target: string, name: string, value?: unknown, options?: CallOptions): Call<Result>;
  call(target: string, name: string, value?: unknown, options?: CallOptions): Call {
    return this.#switchboard.calls.call(target, name, value, options);
  }

  /**
   * Ends the service in all its processes, in order; what was sent before arrives. Resolves in the master when nothing of
   * it is left.
   */
  close(): Promise<void> {
    return this.#role.close();
  }

  #outlet(): Outlet {
    return {
      nodes: this,
      link: (stream, peer, side) => this.#switchboard.connect(stream, peer, side),
      expect: (ids) => this.#switchboard.expect(ids),
      joined: () => this.#switchboard.join(),
      flush: () => this.#switchboard.flush(),
      node: (stream, peer) => {
        this.#unheard.add(stream, peer);
        this.#deliver();
      },
      left: (id) => {
        this.#switchboard.forget(id);
        this.#unheard.forget(id);
      },
      listening: (address) => {
        this.#heard ??= address;
        this.emit("listening", address);
      },
      drain: async (drain) => {
        // What nodes still have to answer may call the master, which ends after them.
        await Promise.all([this.#tellAll("drain", drain), this.isMaster || this.#switchboard.handlers.drain()]);
      },
      replaced: (replaced) => this.#tellAll("replaced", replaced),
      exit: (exit) => void this.emit("exit", exit),
      reload: (event) => void this.emit("reload", event),
      error: (error) => this.listenerCount("error") > 0 && this.emit("error", error),
      close: () => {
        this.#switchboard.close();
        this.emit("close");
      },
    };
  }

  // A listener that throws must not disturb the frames behind; the error still becomes an uncaughtException.
  #tellOf(event: "join" | "leave", peer: Peer): void {
    try {
      this.emit(event, peer);
    } catch (error) {
      process.nextTick(() => {
        throw error;
      });
    }
  }

  /** A stream waits for the first listener, so that a program may listen as late as it likes. */
  #deliver(): void {
    while (this.listenerCount("node") > 0) {
      const next = this.#unheard.next();
      if (next === undefined) return;
      this.emit("node", ...next);
    }
  }

  /** Resolves when what the listeners return has. */
  async #tellAll<Event extends "drain" | "replaced">(event: Event, detail: Events[Event][0]): Promise<void> {
    const answers = this.rawListeners(event).map(async (listener) => {
      try {
        await (listener as (detail: unknown) => unknown).call(this, detail);
      } catch (error) {
        this.#reportFault(event, error as Error);
      }
    });
    await Promise.all(answers);
  }

  /** What fails while a process ends must not cut what it still has to finish. */
  #reportFault(event: string, error: Error): void {
    if (this.listenerCount("error") > 0) this.emit("error", error);
    else process.stderr.write(`multi-node: a listener of "${event}" failed: ${printableLines(inspect(error))}\n`);
  }
}
