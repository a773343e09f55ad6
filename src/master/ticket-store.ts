// The keys of TLS session tickets: one for each socket, used by all processes that serve it, replaced after a day.
import { randomBytes } from "node:crypto";
import type { SocketKey, TicketKeys } from "../protocol.js";
import type { HandedTicketKeys } from "./handover.js";

/** As Node takes them: a name, a key for the HMAC and one for AES, of 16 bytes each. */
const KEY_BYTES = 48;
/** Milliseconds: who learns a key can read what was recorded of no more than that. */
export const TICKET_KEYS_MS: number = 24 * 60 * 60_000;

export interface TicketStoreOptions {
  /** Gives keys to the processes that serve a socket. */
  replaced: (keys: TicketKeys) => void;
  /** What an old master hands over, where this one replaces one. */
  handed: Promise<readonly HandedTicketKeys[]>;
}

export class TicketStore {
  readonly #options: TicketStoreOptions;
  readonly #keys = new Map<SocketKey, HandedTicketKeys>();

  constructor(options: TicketStoreOptions) {
    this.#options = options;
  }

  /** What a new master is to go on with. */
  get all(): HandedTicketKeys[] {
    return [...this.#keys.values()];
  }

  /** The keys of a socket, made now if there are none. */
  async of(key: SocketKey): Promise<TicketKeys> {
    const handed = await this.#options.handed;
    const known = this.#keys.get(key);
    if (known !== undefined) return known;
    const old = handed.find((one) => one.key === key);
    return this.#keep(old ?? make(key));
  }

  /** The socket is let go. */
  forget(key: SocketKey): void {
    this.#keys.delete(key);
  }

  #keep(keys: HandedTicketKeys): HandedTicketKeys {
    this.#keys.set(keys.key, keys);
    const left = keys.madeAt + TICKET_KEYS_MS - Date.now();
    setTimeout(() => this.#replace(keys), Math.max(0, left)).unref();
    return keys;
  }

  #replace(old: HandedTicketKeys): void {
    if (this.#keys.get(old.key) === old) this.#options.replaced(this.#keep(make(old.key)));
  }
}

function make(key: SocketKey): HandedTicketKeys {
  return { key, keys: randomBytes(KEY_BYTES).toString("base64"), madeAt: Date.now() };
}
