// Which nodes listen on which held sockets: one that programs have closed in all of them is let go after a while, and so is
// one that no node has any more.
import type { SocketKey, ToUsage } from "../protocol.js";

/** What a node has to do with a socket: it may still listen on it, does so, or has closed it. */
type Use = "inherited" | "sent" | "listening" | "closed";

/** Milliseconds in which another node, or another server of the same program, may listen there again. */
const GRACE_MS = 10_000;
/** Milliseconds in which a node that has died gets a successor, which may listen there. */
const UNUSED_MS = 1_000;

export class Usage {
  readonly #programs: "own" | "hosted";
  readonly #release: (key: SocketKey, why: "closed" | "unused") => void;
  /** Of nodes that live and do not drain: that those end says nothing of what the program wants. */
  readonly #nodes = new Map<string, Map<SocketKey, Use>>();
  readonly #timers = new Map<SocketKey, NodeJS.Timeout>();

  /** The nodes that serve, the latest at the end. */
  readonly #serving = new Set<string>();

  /**
   * @param programs whether the master itself may listen too: then a socket without a node is none that is not used
   * @param release called with each socket that nobody wants any more: closed by programs, or used by no node
   */
  constructor(programs: "own" | "hosted", release: (key: SocketKey, why: "closed" | "unused") => void) {
    this.#programs = programs;
    this.#release = release;
  }

  /** A node starts with these sockets, and listens on them before it serves, if it ever does. */
  starts(id: string, inherited: readonly { key: SocketKey }[]): void {
    this.#nodes.set(id, new Map(inherited.map(({ key }) => [key, "inherited"])));
  }

  /** A node serves: what it does not listen on by now it has no use for. */
  serves(id: string): void {
    this.#serving.add(id);
    const uses = this.#nodes.get(id) ?? new Map<SocketKey, Use>();
    for (const [key, use] of uses) {
      if (use !== "inherited") continue;
      uses.delete(key);
      this.#judge(key);
    }
  }

  /** A node is sent a socket that it has asked for. */
  sent(id: string, key: SocketKey): void {
    this.#set(id, key, "sent");
  }

  hear(id: string, { type, key }: ToUsage): void {
    if (!this.#nodes.has(id)) return;
    this.#set(id, key, type);
    if (type === "closed") this.#judge(key);
  }

  /** What nodes that live and do not drain have to do with a socket. */
  of(key: SocketKey): { id: string; use: Use }[] {
    return [...this.#nodes].flatMap(([id, uses]) => {
      const use = uses.get(key);
      return use === undefined ? [] : [{ id, use }];
    });
  }

  /** Lets those go at once that programs have closed: something else is wanted in their place. */
  letGo(keys: readonly SocketKey[]): "some" | "none" {
    const closed = keys.filter((key) => this.#timers.has(key) && this.#isClosed(key));
    for (const key of closed) {
      clearTimeout(this.#timers.get(key));
      this.#onOver(key);
    }
    return closed.length > 0 ? "some" : "none";
  }

  /** A node drains, or has ended. */
  gone(id: string): void {
    const uses = this.#nodes.get(id) ?? new Map<SocketKey, Use>();
    this.#nodes.delete(id);
    this.#serving.delete(id);
    for (const key of uses.keys()) if (this.of(key).length === 0) this.#judge(key);
  }

  /** What the node that came to serve last listens on, which is what the next one is to listen on; all where none serves. */
  expected(held: readonly SocketKey[]): SocketKey[] {
    const latest = [...this.#serving].at(-1);
    const uses = latest === undefined ? undefined : this.#nodes.get(latest);
    return held.filter((key) => uses === undefined || uses.get(key) === "listening" || uses.get(key) === "sent");
  }

  #set(id: string, key: SocketKey, use: Use): void {
    const uses = this.#nodes.get(id);
    uses?.set(key, use);
    if (uses === undefined || use === "closed") return;
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
  }

  #judge(key: SocketKey): void {
    if (this.#timers.has(key) || !this.#isClosed(key)) return;
    const timer = setTimeout(() => this.#onOver(key), this.of(key).length > 0 ? GRACE_MS : UNUSED_MS).unref();
    this.#timers.set(key, timer);
  }

  /** Whoever closed it may have ended since, and its successor may want it. */
  #onOver(key: SocketKey): void {
    this.#timers.delete(key);
    if (!this.#isClosed(key)) return;
    const why = this.of(key).length > 0 ? "closed" : "unused";
    for (const uses of this.#nodes.values()) uses.delete(key);
    this.#release(key, why);
  }

  /** Also where no node has it, as long as any serves: one that starts has all that is held. */
  #isClosed(key: SocketKey): boolean {
    const uses = this.of(key);
    if (uses.length > 0) return uses.every(({ use }) => use === "closed");
    return this.#programs === "hosted" && this.#serving.size > 0;
  }
}
