// This process' place in the mesh: accepts those who come later, dials those who came before.
import { chmodSync, chownSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { debuglog } from "node:util";
import { pause } from "../promises.js";
import type { Peer } from "../role.js";
import type { ConnectionKind } from "../wire/handshake.js";
import { endpoint } from "./endpoint.js";
import { greet, welcome } from "./greeting.js";
import { GuestList } from "./guest-list.js";
import { connectSharingReads } from "./shared-reads.js";

const debug = debuglog("multi-node");

/** Connections that may be within the handshake at once. */
const MOST_STRANGERS = 1_024;
/** The pause before a peer whose queue of connections is full is dialled again. */
const REDIAL_MS = 20;

export interface MeshOptions {
  self: Peer;
  folder: string;
  token: Buffer;
  /**
   * Called once for each other process, with the connection for messages and calls. Resolves when each process knows
   * what the other wants to hear.
   */
  onLink: (stream: Socket, peer: Peer, side: "dialer" | "acceptor") => Promise<void>;
  /** Called once for each other process, after that, with the stream that leads to it. */
  onStream: (stream: Socket, peer: Peer) => void;
}

export class Mesh {
  readonly #options: MeshOptions;
  readonly #server: Server;
  readonly #connections = new Set<Socket>();
  readonly #guests = new GuestList();
  #strangers = 0;
  #state: "new" | "open" | "closed" = "new";

  constructor(options: MeshOptions) {
    this.#options = options;
    this.#server = createServer((socket) => void this.#accept(socket));
  }

  /** Accepts from now on, from this user or from the owner that nodes run as. Resolves when the socket is there; rejects when it cannot be made. */
  open(owner?: { uid: number; gid: number }): Promise<void> {
    const path = endpoint(this.#options.folder, this.#options.self.id);
    return new Promise((resolve, reject) => {
      // Exclusive: in a hosted program, what listens is the program's own and asked of the master.
      this.#server.once("error", reject).listen({ path, exclusive: true }, () => {
        this.#server.off("error", reject).on("error", (error) => debug("mesh socket: %s", error.message));
        // No other user can put something else there yet: nodes of another user are admitted after this.
        if (process.platform !== "win32") chmodSync(path, 0o600);
        if (owner !== undefined) chownSync(path, owner.uid, owner.gid);
        if (this.#state === "new") this.#state = "open";
        resolve();
      });
      this.#server.unref();
    });
  }

  /** That process joins, and may dial this one. */
  expect(id: string): void {
    this.#guests.expect(id);
  }

  /** That process has ended. */
  forget(id: string): void {
    this.#guests.forget(id);
  }

  /** Connects to a process that joined earlier; one that is dead by now is left out. */
  async dial(id: string): Promise<void> {
    const link = await this.#greet(id, "link");
    if (link === undefined) return;
    await this.#options.onLink(link.socket, link.peer, "dialer");
    const stream = link.socket.destroyed ? undefined : await this.#greet(id, "stream");
    if (stream !== undefined) this.#options.onStream(stream.socket, stream.peer);
  }

  /** Ends every connection and stops accepting. */
  close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    if (this.#server.listening) this.#server.close();
    for (const socket of this.#connections) socket.destroy();
  }

  async #accept(socket: Socket): Promise<void> {
    if (this.#state === "closed" || this.#strangers >= MOST_STRANGERS) return void socket.destroy();
    this.#track(socket);
    this.#strangers += 1;
    const { self, token } = this.#options;
    const guest = await this.#settled(socket, welcome(socket, self, token, this.#guests));
    this.#strangers -= 1;
    if (guest?.kind === "link") await this.#options.onLink(socket, guest.peer, "acceptor");
    if (guest?.kind === "stream") this.#options.onStream(socket, guest.peer);
  }

  async #greet(id: string, kind: ConnectionKind): Promise<{ socket: Socket; peer: Peer } | undefined> {
    const { self, token, folder } = this.#options;
    const socket = await this.#connect(endpoint(folder, id), kind);
    if (socket === undefined) return undefined;
    const peer = await this.#settled(socket, greet(socket, { id, kind }, self, token));
    return peer && { socket, peer };
  }

  /** What came of a handshake; `undefined` if that is nothing. */
  async #settled<Result>(socket: Socket, handshake: Promise<Result>): Promise<Result | undefined> {
    try {
      const result = await handshake;
      return socket.destroyed ? undefined : result;
    } catch (error) {
      debug("%s: handshake failed: %s", this.#options.self.id, (error as Error).message);
      return undefined;
    }
  }

  /** A full queue is the one error that a living peer gives: it passes. All others mean that nobody is there. */
  async #connect(path: string, kind: ConnectionKind): Promise<Socket | undefined> {
    while (this.#state !== "closed") {
      const socket = kind === "link" ? connectSharingReads(path) : connect(path);
      this.#track(socket);
      const error = await opened(socket);
      if (error === undefined) return socket;
      if (error.code !== "EAGAIN") return undefined;
      await pause(REDIAL_MS);
    }
    return undefined;
  }

  /** A peer that was killed resets its streams: that is an end like any other, not this process' fault. */
  #track(socket: Socket): void {
    this.#connections.add(socket);
    socket.on("error", (error) => debug("%s: stream: %s", this.#options.self.id, error.message));
    socket.on("close", () => this.#connections.delete(socket));
  }
}

function opened(socket: Socket): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    socket.once("connect", () => resolve(undefined));
    socket.once("error", resolve);
    socket.once("close", () => resolve(new Error("closed")));
  });
}
