// A load with known arithmetic: so many requests at a time, each one counted once, whatever became of it.
import { Deferred } from "#src/promises.js";
import { eventually, limit } from "./deadline.js";
import { type Counts, type Flight, Ledger, TimedOut } from "./load-ledger.js";

/** What one client program does: it asks, checks the answer, and never hides a failure. */
export interface Client {
  /** Resolves when the answer is what it has to be, rejects with what went wrong. */
  request(flight: Flight): Promise<void>;
  close(): void;
}

export interface LoadOptions {
  /** Clients, each with connections of its own. Default: 8. */
  clients?: number;
  /** Requests of one client at a time. Default: 1. */
  width?: number;
  /** Milliseconds between two requests of a client. Default: none. */
  pause?: () => number;
}

/** Milliseconds after which a request counts as timed out, on a machine that does nothing else. */
const PATIENCE = 30_000;

export class Load {
  readonly ledger: Ledger = new Ledger();
  readonly #clients: Client[];
  readonly #options: Required<LoadOptions>;
  readonly #wakeUp = new Set<() => void>();
  #state: "new" | "running" | "stopping" = "new";
  #workers: Promise<void>[] = [];

  /** `connect` is called once for each client, with its number. */
  constructor(connect: (index: number) => Client, { clients = 8, width = 1, pause = () => 0 }: LoadOptions = {}) {
    this.#options = { clients, width, pause };
    this.#clients = Array.from({ length: clients }, (_, index) => connect(index));
  }

  start(): void {
    const { width } = this.#options;
    this.#state = "running";
    this.#workers = this.#clients.flatMap((client) => Array.from({ length: width }, () => this.#work(client)));
  }

  /** Lets the requests in flight finish. */
  async stop(): Promise<Counts> {
    this.#state = "stopping";
    for (const wakeUp of this.#wakeUp) wakeUp();
    await Promise.all(this.#workers);
    for (const client of this.#clients) client.close();
    return this.ledger.sum();
  }

  /** Resolves when a version of the program has answered. */
  async answersFrom(version: string): Promise<void> {
    await eventually(() => this.ledger.versions.has(version), `${version} answers`);
  }

  async #work(client: Client): Promise<void> {
    while (this.#state === "running") {
      await this.#request(client);
      await this.#rest();
    }
  }

  async #request(client: Client): Promise<void> {
    const flight = this.ledger.begin();
    try {
      await patiently(client.request(flight));
      this.ledger.answered(flight);
    } catch (error) {
      this.ledger.failed(flight, error as NodeJS.ErrnoException);
    }
  }

  /** The pause ends early when the load does. */
  async #rest(): Promise<void> {
    const ms = this.#options.pause();
    if (ms === 0) return;
    const rested = new Deferred<void>();
    const wakeUp = (): void => rested.resolve();
    const timer = setTimeout(wakeUp, ms);
    this.#wakeUp.add(wakeUp);
    await rested.promise;
    clearTimeout(timer);
    this.#wakeUp.delete(wakeUp);
  }
}

async function patiently(answer: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const patience = limit(PATIENCE);
    timer = setTimeout(() => reject(new TimedOut(`no answer within ${patience} ms`)), patience);
  });
  try {
    await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
