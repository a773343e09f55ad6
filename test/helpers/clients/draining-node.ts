// A service of one node that is told to drain while clients are connected with it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { TestContext } from "node:test";
import type { ConnectionOptions } from "node:tls";
import { certificate } from "../certificate.js";
import { portOf } from "../http.js";
import { Program } from "../program.js";
import { RawClient } from "./raw.js";

export const ca: Buffer = readFileSync(certificate.cert);

/** TLS as a client of HTTP/1 speaks it. */
const TLS_OPTIONS: ConnectionOptions = { ca, ALPNProtocols: ["http/1.1"] };

interface DrainOptions {
  /** Milliseconds that an idle connection has. Default: 50. */
  grace?: number;
  drainTimeout?: number;
  /** Whether the program ends its event streams and WebSockets when it is told to drain. */
  endsStreams?: boolean;
}

export class DrainingNode {
  readonly port: number;
  readonly pid: number;
  readonly #t: TestContext;
  readonly #program: Program;
  readonly #secure: boolean;

  static async start(t: TestContext, kind: string, options: DrainOptions = {}): Promise<DrainingNode> {
    const { grace = 50, drainTimeout = 20_000, endsStreams = false } = options;
    const program = Program.start(t, "drains.js", {
      args: [kind, JSON.stringify({ drainTimeout })],
      env: { GRACE: String(grace), ENDS_STREAMS: endsStreams ? "yes" : undefined },
    });
    const { pid } = await program.first("ready", ({ id }) => id === "node-1");
    const port = portOf(await program.first("ready", ({ id }) => id === "master"));
    return new DrainingNode(t, program, { port, pid, secure: kind.endsWith("s") });
  }

  private constructor(
    t: TestContext,
    program: Program,
    { port, pid, secure }: { port: number; pid: number; secure: boolean },
  ) {
    this.#t = t;
    this.#program = program;
    this.#secure = secure;
    this.port = port;
    this.pid = pid;
  }

  connect(): Promise<RawClient> {
    return RawClient.open(this.#t, this.port, this.#secure ? TLS_OPTIONS : undefined);
  }

  /** A connection on which a request was answered. */
  async used(): Promise<RawClient> {
    const client = await this.connect();
    client.ask("/", "first");
    await client.until(new RegExp(`${this.pid} first`));
    return client;
  }

  /** Resolves when the node has got so many requests for a path. */
  async asked(url: string, times = 1): Promise<void> {
    const requests = (): number => this.#program.all("asked").filter((told) => told["url"] === url).length;
    await this.#program.until(() => requests() >= times, `${url} is asked for`);
  }

  /** Resolves when the node has so many connections. */
  async accepted(connections = 1): Promise<void> {
    await this.#program.count("accepted", connections);
  }

  /** Resolves when the node drains. */
  async drain(): Promise<void> {
    process.kill(this.pid, "SIGTERM");
    await this.#program.first("drain", ({ id }) => id === "node-1");
  }

  /** Resolves when the node has ended of its own accord, in time, after it told of so many connections that it cut. */
  async ends(cut: number = 0): Promise<void> {
    const { exit } = (await this.#program.first("exit")) as unknown as { exit: Record<string, unknown> };
    assert.deepEqual([exit["id"], exit["code"], exit["signal"]], ["node-1", 0, null]);
    assert.doesNotMatch(this.#program.stderr, /overdue/);
    if (cut > 0) await this.#program.says(new RegExp(`: ${cut} connections? w\\S+ still open`));
    else assert.doesNotMatch(this.#program.stderr, /still open/);
  }
}
