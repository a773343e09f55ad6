// A client with known arithmetic: so many requests at a time, each on a fresh connection, each one counted.
import { get } from "node:http";

export interface Counts {
  ok: number;
  /** The connection was refused: nobody held the socket. */
  refused: number;
  /** Lost in a process that was killed while it had the request. */
  lostInKilled: number;
  /** Everything else that is not an answer. */
  unexplained: string[];
}

interface Flight {
  /** The process that has the request, once it said so. */
  pid: number | undefined;
  /** Whether a process was killed while nobody had said that it has the request. */
  killMeanwhile: boolean;
}

export class Load {
  readonly #port: number;
  readonly #concurrency: number;
  readonly #flights = new Set<Flight>();
  readonly #killed = new Set<number>();
  readonly #counts: Counts = { ok: 0, refused: 0, lostInKilled: 0, unexplained: [] };
  #workers: Promise<void>[] = [];
  #state: "new" | "running" | "stopping" = "new";

  constructor(port: number, concurrency: number) {
    this.#port = port;
    this.#concurrency = concurrency;
  }

  start(): void {
    this.#state = "running";
    this.#workers = Array.from({ length: this.#concurrency }, () => this.#work());
  }

  /** To be told before a process is killed. */
  onKill(pid: number): void {
    this.#killed.add(pid);
    for (const flight of this.#flights) flight.killMeanwhile ||= flight.pid === undefined;
  }

  /** Lets the requests in flight finish. */
  async stop(): Promise<Counts> {
    this.#state = "stopping";
    await Promise.all(this.#workers);
    return this.#counts;
  }

  async #work(): Promise<void> {
    while (this.#state === "running") await this.#request();
  }

  async #request(): Promise<void> {
    const flight: Flight = { pid: undefined, killMeanwhile: false };
    this.#flights.add(flight);
    try {
      const body = await this.#fetch(flight);
      if (body === "done") this.#counts.ok += 1;
      else this.#counts.unexplained.push(`wrong body: ${JSON.stringify(body)}`);
    } catch (error) {
      this.#judge(flight, error as NodeJS.ErrnoException);
    } finally {
      this.#flights.delete(flight);
    }
  }

  /** A request that a process had is lost with that process alone; one that nobody had yet, only at the time of a kill. */
  #judge(flight: Flight, error: NodeJS.ErrnoException): void {
    const died = flight.pid === undefined ? flight.killMeanwhile : this.#killed.has(flight.pid);
    if (error.code === "ECONNREFUSED") this.#counts.refused += 1;
    else if (error.code === "ECONNRESET" && died) this.#counts.lostInKilled += 1;
    else this.#counts.unexplained.push(`${error.code}: ${error.message} (${JSON.stringify(flight)})`);
  }

  #fetch(flight: Flight): Promise<string> {
    return new Promise((resolve, reject) => {
      const request = get({ host: "127.0.0.1", port: this.#port, agent: false }, (response) => {
        flight.pid = Number(response.headers["x-pid"]);
        let body = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          body += chunk;
        });
        response.on("end", () => resolve(body)).on("error", reject);
      });
      request.on("error", reject);
    });
  }
}
