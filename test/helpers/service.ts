// A service of processes that take orders (see fixtures/obeys.ts), each of them by its id.
import type { TestContext } from "node:test";
import { get, portOf } from "./http.js";
import { Program } from "./program.js";

/** An error that an order ended with, as its process told of it. */
export class OrderFailed extends Error {
  readonly error: Record<string, unknown>;

  constructor(error: Record<string, unknown>) {
    super(JSON.stringify(error));
    this.error = error;
  }
}

/** One process of the service. */
export class Member {
  readonly id: string;
  readonly pid: number;
  readonly #port: number;

  constructor(id: string, pid: number, port: number) {
    this.id = id;
    this.pid = pid;
    this.#port = port;
  }

  /** Lets it do what the fixture has under that name. Rejects with OrderFailed when that throws. */
  async do<Value = unknown>(order: string, ...args: unknown[]): Promise<Value> {
    const path = `/${encodeURIComponent(JSON.stringify([order, ...args]))}`;
    const { value, error } = JSON.parse(await this.#ask(order, path)) as { value: Value; error?: OrderFailed["error"] };
    if (error !== undefined) throw new OrderFailed(error);
    return value;
  }

  kill(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  async #ask(order: string, path: string): Promise<string> {
    try {
      return (await get(this.#port, path)).body;
    } catch (error) {
      throw new Error(`${this.id} has not done this: ${order}`, { cause: error });
    }
  }
}

/** Of listen(), and what the fixture itself takes. */
type Options = { nodes: number } & Record<string, unknown>;

export class Service {
  readonly program: Program;

  /** Starts a fixture with these options of listen(); resolves when all of it serves, each process connected with each. */
  static async start(t: TestContext, fixture: string, options: Options): Promise<Service> {
    const service = new Service(t, fixture, options);
    await service.program.first("ready", ({ id }) => id === "master");
    await service.meet("master", ...Array.from({ length: options.nodes }, (_, index) => `node-${index + 1}`));
    return service;
  }

  private constructor(t: TestContext, fixture: string, options: Options) {
    this.program = Program.start(t, fixture, { args: [JSON.stringify(options)] });
  }

  /** Resolves when each of them knows each other: nodes serve before, on a machine that is busy with other things. */
  async meet(...ids: string[]): Promise<Member[]> {
    const members = await this.members(...ids);
    await Promise.all(members.map((member) => member.do("meet", ...ids)));
    return members;
  }

  /** Resolves when that process takes orders. */
  async member(id: string): Promise<Member> {
    const told = await this.program.first("obeys", (line) => line.id === id);
    return new Member(id, told.pid, portOf(told));
  }

  members<Ids extends string[]>(...ids: Ids): Promise<{ [Index in keyof Ids]: Member }> {
    return Promise.all(ids.map((id) => this.member(id))) as Promise<{ [Index in keyof Ids]: Member }>;
  }
}
