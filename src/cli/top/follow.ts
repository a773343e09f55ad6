// The log of a service as long as `top` shows it.
import { Client } from "../../control/client.js";
import type { ControlEvent } from "../../control/commands.js";
import type { Reach } from "./act.js";

/** Of the latest lines, more than a screen shows. */
const LINES = 100;

export class Follower {
  readonly #reach: Reach;
  #state: "off" | "lost" | "open" = "off";
  #client: Client | undefined;

  constructor(reach: Reach) {
    this.#reach = reach;
  }

  start(): void {
    this.#state = "lost";
    this.resume();
  }

  /** The service answers: where the connection was lost, it is made again. */
  resume(): void {
    if (this.#state === "lost") void this.#follow();
  }

  stop(): void {
    this.#state = "off";
    this.#client?.close();
    this.#client = undefined;
  }

  async #follow(): Promise<void> {
    this.#state = "open";
    const { found, timeout } = this.#reach;
    try {
      const client = await Client.connect(found(), { timeout });
      if (this.#isOff()) return client.close();
      this.#client = client;
      this.#reach.tell({ type: "log-begins" });
      await client.request({ command: "logs", lines: LINES, follow: true }, { onEvent: (event) => this.#tell(event) });
    } catch {
      // That the service is silent or gone is told by whoever watches it.
    }
    if (!this.#isOff()) this.#state = "lost";
  }

  /** Stopped while it was not looked at. */
  #isOff(): boolean {
    return this.#state === "off";
  }

  #tell(event: ControlEvent): void {
    if (event.type === "lines" || event.type === "skipped") this.#reach.tell(event);
  }
}
