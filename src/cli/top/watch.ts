// Asks a service for its status again and again; finds it anew when it was away.
import { setTimeout as pause } from "node:timers/promises";
import { Client } from "../../control/client.js";
import { type Found, find } from "../../control/discovery.js";
import type { MultiNodeError } from "../../errors.js";
import type { Status } from "../../index.js";

export interface WatchOptions {
  /** Milliseconds that the master may say nothing. */
  timeout: number;
  /** Milliseconds between two questions. */
  interval: number;
  onStatus: (status: Status) => void;
  onLost: (reason: string) => void;
}

export class Watch {
  readonly #options: WatchOptions;
  readonly #over = new AbortController();
  #found: Found;
  #client: Client | undefined;

  constructor(found: Found, options: WatchOptions) {
    this.#found = found;
    this.#options = options;
  }

  /** The service as it was found last. */
  get found(): Found {
    return this.#found;
  }

  /** Resolves when it is closed. */
  async run(): Promise<void> {
    const { signal } = this.#over;
    while (!signal.aborted) {
      await this.#look();
      await pause(this.#options.interval, undefined, { signal }).catch(() => {});
    }
  }

  close(): void {
    this.#over.abort();
    this.#client?.close();
  }

  async #look(): Promise<void> {
    try {
      this.#client ??= await this.#reach();
      const status = await this.#client.request({ command: "status" });
      if (!this.#over.signal.aborted) this.#options.onStatus(status);
    } catch (error) {
      this.#client?.close();
      this.#client = undefined;
      if (!this.#over.signal.aborted) this.#options.onLost((error as Error).message);
    }
  }

  /** A master that was started anew has another folder, but the same name. */
  async #reach(): Promise<Client> {
    const { timeout } = this.#options;
    try {
      return await Client.connect(this.#found, { timeout });
    } catch (error) {
      if ((error as MultiNodeError).code === "MN_ERR_CONTROL_TIMEOUT") throw error;
      this.#found = await find(this.#found.name);
      return Client.connect(this.#found, { timeout });
    }
  }
}
