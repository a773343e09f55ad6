// Clients that ask a service without a pause, each time over a new connection, from before it listens.
import { get } from "./http.js";

const VISITORS = 4;
const RETRY_MS = 5;

export class Visitors {
  /** How often each answer came, such as `200`, `500: no database` or the code of an error. */
  readonly answers: Map<string, number> = new Map();
  readonly #port: number;
  readonly #work: Promise<unknown>;
  #state: "asking" | "stopping" = "asking";

  constructor(port: number) {
    this.#port = port;
    this.#work = Promise.all(Array.from({ length: VISITORS }, () => this.#visit()));
  }

  /** All answers but 200. Until the first one, refused connections do not count. */
  get wrong(): Record<string, number> {
    return Object.fromEntries([...this.answers].filter(([answer]) => answer !== "200"));
  }

  get right(): number {
    return this.answers.get("200") ?? 0;
  }

  /** Lets the requests in flight finish. */
  async stop(): Promise<void> {
    this.#state = "stopping";
    await this.#work;
  }

  async #visit(): Promise<void> {
    while (this.#state === "asking") {
      const answer = await this.#ask();
      if (answer === "ECONNREFUSED" && this.right === 0) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      else this.answers.set(answer, (this.answers.get(answer) ?? 0) + 1);
    }
  }

  async #ask(): Promise<string> {
    try {
      const { status, body } = await get(this.#port);
      return status === 200 ? "200" : `${status}: ${body}`;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? String(error);
    }
  }
}
