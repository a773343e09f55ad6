// A program out of the registry as `multi-node run` serves it: what the tests see of it from outside.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import type { Client } from "#src/control/client.js";
import type { Status } from "multi-node";
import { COMMAND } from "../helpers/command.js";
import { eventually } from "../helpers/deadline.js";
import { freePort } from "../helpers/free-port.js";
import { Program } from "../helpers/program.js";
import { steer } from "../helpers/steering.js";

const FOLDER = new URL("../../../test/programs/apps/", import.meta.url);

const NODES = 2;

export interface Launch {
  script: string;
  args?: string[];
  /** Flags of `multi-node run`. */
  flags?: string[];
  /** What PORT holds: 0 for any free one, the number of a free one, or nothing, so that the program looks for one. Default: "any". */
  port?: "any" | "named" | "looked-for";
}

/** Loads what test/programs/apps depends on, and not the project. */
export const requireInstalled: NodeJS.Require = createRequire(new URL("package.json", FOLDER));

/** The path of a file in test/programs/apps. */
export function fileOf(path: string): string {
  return fileURLToPath(new URL(path, FOLDER));
}

export class RealProgram {
  readonly #program: Program;
  readonly #master: Client;
  #port = 0;

  /** Resolves when all its nodes serve. */
  static async start(t: TestContext, { script, args = [], flags = [], port = "any" }: Launch): Promise<RealProgram> {
    const given = port === "named" ? await freePort() : 0;
    const wanted = port === "looked-for" ? undefined : String(given);
    const program = Program.start(t, COMMAND, {
      args: ["run", "-n", String(NODES), ...flags, script, "--", ...args],
      // Nothing here asks anybody outside of this machine.
      env: { PORT: wanted, NEXT_TELEMETRY_DISABLED: "1", NO_UPDATE_CHECK: "1", NODE_ENV: "production" },
    });
    const started = new RealProgram(program, await steer(t, program));
    const { addresses } = await started.#statusWhen(
      "all nodes serve",
      ({ nodes }) => servingOf(nodes).length === NODES,
    );
    started.#port = portOf(addresses);
    if (given !== 0) assert.equal(started.#port, given);
    return started;
  }

  private constructor(program: Program, master: Client) {
    this.#program = program;
    this.#master = master;
  }

  get port(): number {
    return this.#port;
  }

  /** The nodes that serve, by their process ids, once each of them has answered something. */
  async answering(): Promise<number[]> {
    const { nodes } = await this.#statusWhen("each node has answered", (status) => {
      const answered = servingOf(status.nodes).filter(({ vitals }) => (vitals?.served ?? 0) > 0);
      return answered.length === NODES;
    });
    return pidsOf(nodes);
  }

  /** Sends the master the signal for a rolling reload; resolves when others serve and those from before are gone. */
  async reload(): Promise<void> {
    const before = await this.answering();
    this.#program.kill("SIGHUP");
    await this.#statusWhen("all nodes are replaced", ({ nodes, reloading }) => {
      const now = pidsOf(nodes);
      return !reloading && now.length === NODES && !before.some((pid) => now.includes(pid));
    });
    const isGone = (): boolean => !before.some((pid) => this.#program.processes.includes(pid));
    await eventually(isGone, `these end: ${before.join(" ")}`);
  }

  /** Ends it in order; then there is no process, no file, and nobody at the port. */
  async stop(): Promise<void> {
    this.#master.close();
    await this.#program.stop();
    await eventually(() => canBind(this.#port), `port ${this.#port} can be had by others`);
  }

  async #statusWhen(what: string, holds: (status: Status) => boolean): Promise<Status> {
    let latest: Status | undefined;
    await eventually(
      async () => {
        latest = await this.#master.request({ command: "status" });
        return holds(latest);
      },
      () => `${what}\nstatus: ${JSON.stringify(latest)}\nstderr: ${this.#program.stderr.slice(-2_000)}`,
    );
    return latest as Status;
  }
}

function servingOf(nodes: Status["nodes"]): Status["nodes"] {
  return nodes.filter(({ state }) => state === "serving");
}

function pidsOf(nodes: Status["nodes"]): number[] {
  return servingOf(nodes).flatMap(({ pid }) => pid ?? []);
}

/** Of all addresses: a server on "localhost" has two with the same port. */
function portOf(addresses: Status["addresses"]): number {
  const ports = new Set(addresses.map((address) => (typeof address === "string" ? address : address.port)));
  const [port, ...others] = ports;
  assert.deepEqual(others, [], "all nodes serve one port");
  return Number(port);
}

function canBind(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().on("error", () => resolve(false));
    server.listen(port, () => server.close(() => resolve(true)));
  });
}
