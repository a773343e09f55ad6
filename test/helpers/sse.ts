// A client of server-sent events (https://html.spec.whatwg.org/#sse) that stays where it is: it never reconnects.
import assert from "node:assert/strict";
import { type ClientRequest, get, type IncomingMessage } from "node:http";
import type { TestContext } from "node:test";
import { within } from "./deadline.js";

export interface ServerEvent {
  event: string;
  /** The data, which is JSON. */
  data: unknown;
  id: string;
}

export class EventStream {
  readonly events: ServerEvent[] = [];
  /** Resolves when the stream is over, with whether the server ended it in order. */
  readonly over: Promise<boolean>;
  readonly #request: ClientRequest;
  #notify: () => void = () => {};

  /** Opens a stream on a connection of its own; it is closed when the test ends. */
  static open(t: TestContext, port: number, headers: Record<string, string> = {}, path = "/events"): EventStream {
    const stream = new EventStream(port, headers, path);
    t.after(() => stream.close());
    return stream;
  }

  private constructor(port: number, headers: Record<string, string>, path: string) {
    this.#request = get({ host: "127.0.0.1", port, path, headers, agent: false });
    this.over = new Promise((resolve) => {
      this.#request.on("error", () => resolve(false));
      this.#request.on("response", (response) => {
        response.on("error", () => {});
        response.on("close", () => resolve(response.complete));
        this.#read(response);
      });
    });
  }

  /** The data of all events of one kind so far. */
  all<Data>(event: string): Data[] {
    return this.events.filter((one) => one.event === event).map(({ data }) => data as Data);
  }

  /** The data of the first event of this kind, past or future, that fits. */
  async first<Data>(event: string, fits: (data: Data) => boolean = () => true): Promise<Data> {
    const find = (): Data | undefined => this.all<Data>(event).find(fits);
    await within(
      this.#until(() => find() !== undefined),
      () => `${event} comes\nevents: ${this.#tail()}`,
    );
    return find() as Data;
  }

  /** Resolves when so many events of this kind have come. */
  async count<Data>(event: string, wanted: number): Promise<Data[]> {
    const enough = this.#until(() => this.all(event).length >= wanted);
    await within(enough, () => `${event} comes ${wanted} times\nevents: ${this.#tail()}`);
    return this.all(event);
  }

  close(): void {
    this.#request.destroy();
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.#nextEvent();
  }

  #nextEvent(): Promise<void> {
    return new Promise((resolve) => {
      const before = this.#notify;
      this.#notify = () => {
        before();
        resolve();
      };
    });
  }

  #read(response: IncomingMessage): void {
    assert.equal(response.headers["content-type"], "text/event-stream");
    let rest = "";
    response.setEncoding("utf8").on("data", (text: string) => {
      const blocks = (rest + text).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) this.#take(block);
    });
  }

  #take(block: string): void {
    const fields = new Map(block.split("\n").map((line) => line.split(/: (.*)/s, 2) as [string, string]));
    const data = fields.get("data");
    if (data === undefined) return;
    this.events.push({ event: fields.get("event") ?? "message", data: JSON.parse(data), id: fields.get("id") ?? "" });
    const notify = this.#notify;
    this.#notify = () => {};
    notify();
  }

  #tail(): string {
    return JSON.stringify(this.events.slice(-10));
  }
}
