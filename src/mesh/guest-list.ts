// Who may dial this process: those that the master has told of, each once for a link and then once for a stream.
import { Deferred, pause } from "../promises.js";
import type { ConnectionKind } from "../wire/handshake.js";

/** Milliseconds for the master's word: a process may dial a moment before it is known here that it has joined. */
const ANNOUNCEMENT_MS = 5_000;

/** What a process that is expected dials next. */
type Next = ConnectionKind | "nothing";

interface Wait {
  readonly id: string;
  readonly announced: Deferred<void>;
}

const NODE_ID = /^node-\d+$/;

export class GuestList {
  readonly #next = new Map<string, Next>();
  readonly #waits = new Set<Wait>();
  /** Milliseconds. */
  readonly #patience: number;

  constructor(patience: number = ANNOUNCEMENT_MS) {
    this.#patience = patience;
  }

  /** That process has joined, and will dial. */
  expect(id: string): void {
    if (!this.#next.has(id)) this.#next.set(id, "link");
    for (const wait of this.#waits) if (wait.id === id) wait.announced.resolve();
  }

  /** It has ended. */
  forget(id: string): void {
    this.#next.delete(id);
  }

  /** Resolves to whether one that calls itself so may have a connection of that kind; if so, no other one may. */
  async admit(id: string, kind: ConnectionKind): Promise<boolean> {
    if (!NODE_ID.test(id)) return false;
    if (!this.#next.has(id)) await this.#announcementOf(id);
    if (this.#next.get(id) !== kind) return false;
    this.#next.set(id, kind === "link" ? "stream" : "nothing");
    return true;
  }

  async #announcementOf(id: string): Promise<void> {
    const wait = { id, announced: new Deferred<void>() };
    this.#waits.add(wait);
    await Promise.race([wait.announced.promise, pause(this.#patience)]);
    this.#waits.delete(wait);
  }
}
