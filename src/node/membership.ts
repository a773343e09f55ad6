// How a node joins the mesh of its service, and leaves it.
import type { Socket } from "node:net";
import { MASTER_ID } from "../mesh/endpoint.js";
import { leaveFolder } from "../mesh/folder.js";
import { Mesh } from "../mesh/mesh.js";
import { Deferred, pause } from "../promises.js";
import type { Boot, ToMaster, ToNode } from "../protocol.js";
import type { Outlet, Peer } from "../role.js";

/** Milliseconds that a node waits until it has joined the others before it accepts connections: one of them may hang. */
const MESH_WAIT_MS = 1_000;

export interface MembershipOptions {
  self: Peer;
  boot: Pick<Boot, "folder" | "hosted">;
  outlet: Pick<Outlet, "link" | "node" | "expect" | "joined" | "left">;
  /** Resolves when the program has said where it listens, and in the same turn perhaps what it wants to hear. */
  begun: Promise<void>;
  tell: (message: ToMaster) => void;
  /** The mesh socket cannot be made. */
  failed: (error: Error) => void;
}

export class Membership {
  /** Resolves when this node has joined the processes that are there, or has tried for long enough. */
  readonly joined: Promise<void>;
  readonly #options: MembershipOptions;
  readonly #meshed = new Deferred<void>();
  #mesh: Mesh | undefined;

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.joined = this.#join();
  }

  /** Not before the program has begun: what others publish for a process that has just joined is to find who listens. */
  async open(token: Buffer): Promise<void> {
    const { self, boot, outlet, begun, tell, failed } = this.#options;
    await begun;
    const mesh = new Mesh({
      self,
      folder: boot.folder,
      token,
      onLink: (stream, peer, side) => outlet.link(this.#free(stream), peer, side),
      onStream: (stream, peer) => outlet.node(this.#free(stream), peer),
    });
    try {
      await mesh.open();
      this.#mesh = mesh;
      tell({ type: "joined" });
    } catch (error) {
      failed(error as Error);
    }
  }

  /** Dials those that are there, and expects those that are starting. */
  onWelcome({ peers, starting }: Extract<ToNode, { type: "welcome" }>): void {
    this.#options.outlet.expect(peers);
    for (const id of starting) this.onStarting(id);
    this.#meshed.resolve(this.#dialAll(peers));
  }

  /** That node will dial this one. */
  onStarting(id: string): void {
    this.#mesh?.expect(id);
    this.#options.outlet.expect([id]);
  }

  /** That node has ended. */
  onLeft(id: string): void {
    this.#mesh?.forget(id);
    this.#options.outlet.left(id);
  }

  /** What the master would do, had it not died before. */
  leave(): void {
    this.#mesh?.close();
    leaveFolder(this.#options.boot.folder, this.#options.self.id);
  }

  async #join(): Promise<void> {
    const { outlet, begun } = this.#options;
    await begun;
    outlet.expect([MASTER_ID]);
    await Promise.race([this.#meshed.promise, pause(MESH_WAIT_MS)]);
    outlet.joined();
  }

  async #dialAll(peers: string[]): Promise<void> {
    await Promise.all(peers.map(async (peer) => this.#mesh?.dial(peer)));
  }

  /** A hosted program decides itself how long its process lives. */
  #free(stream: Socket): Socket {
    return this.#options.boot.hosted === undefined ? stream : stream.unref();
  }
}
