// What the master has outside of itself, and what must not stay behind: folder, mesh, sockets, reaper.
import { randomBytes } from "node:crypto";
import { admitNodes, makeFolder, removeEndpoint, removeFolder, sweepFolders } from "../mesh/folder.js";
import { Mesh, type MeshOptions } from "../mesh/mesh.js";
import type { Dispatcher } from "../dispatch/dispatcher.js";
import type { ServiceOptions } from "../options.js";
import type { HostedSettings, SocketInfo, SocketKey, ToNode } from "../protocol.js";
import type { Account } from "./account.js";
import { NewsFeed } from "./news.js";
import { Helpers } from "./helpers.js";
import { Output } from "./output/output.js";
import { OwnPorts } from "./own-ports.js";
import { Reaper } from "./reaper.js";
import type { Child } from "./spawn.js";
import { dispatcherFor, type HandOverEvents } from "./hand-over.js";
import type { StickyCookie } from "../serve/sticky-cookie.js";
import { Sockets } from "./sockets.js";
import { hostedSettings } from "./supervisor-options.js";
import { Tickets } from "../serve/tickets.js";
import { TicketStore } from "./ticket-store.js";
import { Toolbox } from "./toolbox.js";
import { ticketKeysOfPredecessor } from "./upgrade.js";
import { Usage } from "./usage.js";

const TOKEN_BYTES = 32;
/** Milliseconds after which a Unix socket's file that a program has removed, as some do when they end, is back at the latest. */
const FILES_MS = 1_000;
/** Seconds that nodes have beyond their drain time once the master is gone. */
const REAPER_GRACE = 2;

export interface PremisesEvents extends Pick<MeshOptions, "self" | "onLink" | "onStream">, HandOverEvents {
  /** Whom nodes run as; `undefined`: as the master. */
  account: Account | undefined;
  /** Told of each socket once it is bound. */
  onHeld(socket: SocketInfo): void;
  /** Told of each that is let go before the end. */
  onReleased(key: SocketKey): void;
}

export class Premises {
  readonly folder: string;
  /** What becomes of the nodes. */
  readonly news: NewsFeed = new NewsFeed();
  readonly token: Buffer = randomBytes(TOKEN_BYTES);
  readonly mesh: Mesh;
  /** The nodes' processes, by id. */
  readonly children: Map<string, Child> = new Map();
  /** Hands connections over, where nodes do not accept themselves. */
  readonly dispatcher: Dispatcher | undefined;
  readonly sockets: Sockets;
  /** Which nodes listen on them. */
  readonly usage: Usage;
  /** Which ports nodes have for themselves. */
  readonly ownPorts: OwnPorts = new OwnPorts();
  /** What nodes are told whose program knows nothing of this package. */
  readonly hosted: HostedSettings | undefined;
  /** What the service writes. */
  readonly output: Output;
  readonly toolbox: Toolbox = new Toolbox((id, message) => this.children.get(id)?.send(message));
  readonly reaper: Reaper = new Reaper();
  /** What nodes that have ended left behind. */
  readonly helpers: Helpers;
  /** The keys of TLS sessions, for the nodes and for the servers of this process. */
  readonly tickets: TicketStore = new TicketStore({
    handed: ticketKeysOfPredecessor(),
    replaced: ({ key, keys }) => {
      for (const child of this.children.values()) child.send({ type: "ticket-keys", key, keys });
      this.ownTickets.onKeys({ key, keys });
    },
  });
  readonly ownTickets: Tickets = new Tickets(
    (key) => void this.tickets.of(key).then((keys) => this.ownTickets.onKeys(keys)),
  );
  readonly #account: Account | undefined;
  /** The name of the cookie by which clients come back. */
  readonly #stickyCookie: string | undefined;
  #controlFolder: string | undefined;
  /** Milliseconds. */
  readonly #drainTimeout: number;
  /** Milliseconds. */
  readonly #helperTimeout: number;
  /** Runs while the service has Unix sockets. */
  #fileWatch: NodeJS.Timeout | undefined;
  #state: "there" | "gone" = "there";

  /** @throws MultiNodeError MN_ERR_MESH_FOLDER */
  constructor(options: ServiceOptions, events: PremisesEvents) {
    const { self, onLink, onStream, account } = events;
    this.output = new Output(options);
    this.#account = account;
    this.hosted = hostedSettings(options);
    this.#drainTimeout = options.drainTimeout;
    this.#helperTimeout = options.hosted?.helperTimeout ?? 0;
    this.helpers = new Helpers({ timeout: this.#helperTimeout, log: events.log, now: Date.now });
    this.#stickyCookie = options.balance.stickyCookie;
    this.dispatcher = dispatcherFor(options, this.children, events);
    const release = (key: SocketKey): void => {
      this.dispatcher?.remove(key);
      this.sockets.release(key);
      this.tickets.forget(key);
      this.#tellNodes({ type: "released", key });
      events.onReleased(key);
    };
    const programs = options.hosted === undefined ? "own" : "hosted";
    this.sockets = new Sockets(programs, {
      onHeld: (socket, backlog) => {
        const { key, handle, origin } = socket;
        if ("listen" in handle) this.dispatcher?.add({ key, handle, origin }, backlog);
        if (socket.file !== undefined) this.#watchFiles();
        if (programs === "hosted") this.#tellNodes({ type: "held", socket: { key, address: socket.address } });
        events.onHeld(socket);
      },
      onLost: release,
      log: events.log,
    });
    this.usage = new Usage(programs, (key, why) => {
      const address = this.sockets.held.find((socket) => socket.key === key)?.address;
      if (why === "unused" && address !== undefined)
        events.log(`${placeText(address)}: no node listens there any more: closed`);
      release(key);
    });
    this.folder = makeFolder({ owner: account, log: (line) => this.output.log(line) });
    this.mesh = new Mesh({ self, onLink, onStream, folder: this.folder, token: this.token });
    process.once("exit", this.#disposeAll);
  }

  /**
   * Where the master is steered from: its own user's alone, also where nodes of another user get into the other one.
   * @throws MultiNodeError MN_ERR_MESH_FOLDER
   */
  get controlFolder(): string {
    this.#controlFolder ??= this.#account === undefined ? this.folder : makeFolder();
    return this.#controlFolder;
  }

  /** Opens the mesh, and sees to what earlier masters could not. */
  async open(): Promise<void> {
    void sweepFolders();
    this.sockets.takeOver();
    await this.mesh.open(this.#account);
    if (this.#account !== undefined) admitNodes(this.folder);
  }

  /** The cookie by which clients come back to this slot. */
  stickyCookie(slot: string): StickyCookie | undefined {
    return this.#stickyCookie === undefined ? undefined : { name: this.#stickyCookie, slot };
  }

  /** A node has started: it is to end with this process, however that ends. */
  guard(pid: number): void {
    this.reaper.start({
      graceSeconds: this.#drainTimeout / 1_000 + REAPER_GRACE,
      helperSeconds: this.#helperTimeout / 1_000,
    });
    this.reaper.watch(pid);
  }

  /** Resolves when nothing is left of what the nodes have started, and nobody has to look after it. */
  async unguard(): Promise<void> {
    await this.helpers.ended();
    await this.reaper.end();
  }

  /** A node has ended: it may have left its own socket, and removed the files of those that it served. */
  forget(id: string): void {
    this.mesh.forget(id);
    removeEndpoint(this.folder, id);
    if (this.#fileWatch !== undefined) void this.sockets.restoreFiles();
  }

  /** The service ends: its programs may remove the files of its sockets. */
  leaveFiles(): void {
    clearInterval(this.#fileWatch);
    this.#fileWatch = undefined;
  }

  /** @param sockets whether they end too: closing a Unix socket removes its file, which a new master may serve */
  dispose(sockets: "close" | "keep"): void {
    if (this.#state === "gone") return;
    this.#state = "gone";
    process.off("exit", this.#disposeAll);
    if (sockets === "close") this.sockets.close();
    this.mesh.close();
    for (const folder of [this.folder, this.#controlFolder]) if (folder !== undefined) removeFolder(folder);
  }

  #tellNodes(message: ToNode): void {
    for (const child of this.children.values()) child.send(message);
  }

  #watchFiles(): void {
    this.#fileWatch ??= setInterval(() => void this.sockets.restoreFiles(), FILES_MS).unref();
  }

  /** Whatever ends this process passes here, except SIGKILL. */
  readonly #disposeAll = (): void => {
    this.helpers.kill();
    this.dispose("close");
  };
}

function placeText(address: SocketInfo["address"]): string {
  if (typeof address === "string") return `path ${address}`;
  return `${address.transport === "udp" ? "UDP port" : "port"} ${address.port} of ${address.address}`;
}
