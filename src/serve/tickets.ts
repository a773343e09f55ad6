// The TLS servers of this process use the ticket keys of the service, so that a session is resumed in whatever process.
import type { Server } from "node:net";
import { Deferred } from "../promises.js";
import type { SocketKey, TicketKeys } from "../protocol.js";
import { Lifeline } from "./lifeline.js";
import { giveTicketKeys, hasOwnTicketKeys } from "./own-ticket-keys.js";
import { isTls } from "./server-kind.js";

export class Tickets {
  readonly #ask: (key: SocketKey) => void;
  readonly #servers = new Map<SocketKey, WeakRef<Server>>();
  readonly #asked = new Map<SocketKey, Deferred<void>>();

  /** @param ask asks for the keys of a socket; the answer, and each replacement, goes to onKeys() */
  constructor(ask: (key: SocketKey) => void) {
    this.#ask = ask;
  }

  /** A server is about to listen on a socket: resolves when it has the keys, at once where it needs none. */
  async prepare(server: Server, key: SocketKey): Promise<void> {
    if (!isTls(server) || hasOwnTicketKeys(server)) return;
    this.#servers.set(key, new WeakRef(server));
    const answer = this.#asked.get(key) ?? new Deferred();
    this.#asked.set(key, answer);
    this.#ask(key);
    // Nothing else may keep the process of an unmodified program alive while it waits.
    const lifeline = new Lifeline();
    await answer.promise;
    lifeline.cut();
  }

  onKeys({ key, keys }: TicketKeys): void {
    const server = this.#servers.get(key)?.deref();
    if (server !== undefined) giveTicketKeys(server, Buffer.from(keys, "base64"));
    this.#asked.get(key)?.resolve();
    this.#asked.delete(key);
  }
}
