// A client of the control socket that sends what the test gives it, and keeps each line that comes.
import { EventEmitter, once } from "node:events";
import type { Duplex } from "node:stream";
import type { Answer, ControlEvent } from "#src/control/commands.js";
import { within } from "./deadline.js";

type Id = number | string | null;

export class RawControl {
  readonly stream: Duplex;
  readonly answers: Answer[] = [];
  readonly ended: Promise<void>;
  readonly #change = new EventEmitter().setMaxListeners(0);
  #text = "";

  constructor(stream: Duplex) {
    this.stream = stream;
    stream.setEncoding("utf8").on("error", () => {});
    stream.on("data", (text: string) => {
      const lines = (this.#text + text).split("\n");
      this.#text = lines.pop() ?? "";
      this.answers.push(...lines.map((line) => JSON.parse(line) as Answer));
      this.#change.emit("change");
    });
    this.ended = new Promise((resolve) => {
      stream.once("end", resolve).once("close", resolve);
    });
  }

  ask(...requests: unknown[]): this {
    this.stream.write(requests.map((request) => `${JSON.stringify(request)}\n`).join(""));
    return this;
  }

  /** The results and errors of a request. */
  ends(id: Id): Answer[] {
    return this.answers.filter((answer) => answer.id === id && !("event" in answer));
  }

  events(id: Id): ControlEvent[] {
    return this.answers.flatMap((answer) => (answer.id === id && "event" in answer ? [answer.event] : []));
  }

  /** The first end of a request, past or future. */
  async end(id: Id): Promise<Answer> {
    await this.until(() => this.ends(id).length > 0, `request ${id} ends`);
    return this.ends(id)[0] as Answer;
  }

  /** Resolves when the condition, asked anew with all that comes, holds. */
  async until(condition: () => boolean, what: string): Promise<void> {
    while (!condition()) {
      await within(once(this.#change, "change"), () => `${what}: ${JSON.stringify(this.answers).slice(-2_000)}`);
    }
  }
}
