// What every program has to show, as steps of one test: many processes answer, reloads lose nothing, its end leaves nothing.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { httpClient } from "../helpers/clients/http.js";
import { eventually } from "../helpers/deadline.js";
import { type Client, Load, type LoadOptions } from "../helpers/load.js";
import { wrongWith } from "../helpers/load-ledger.js";
import { type Launch, RealProgram } from "./real-program.js";

export interface Proof {
  name: string;
  launch: Launch | ((t: TestContext) => Launch | Promise<Launch>);
  /** What a client asks, again and again. Each sets the process that answers in its `flight`, where it can know it. */
  connect: (port: number, index: number) => Client;
}

const RELOADS = 2;

/** Enough to have something in flight at each moment of a reload, and to leave two cores for the nodes that start. */
const PACE: LoadOptions = { clients: 8, pause: () => Math.random() * 20 };

export function prove({ name, launch, connect }: Proof): void {
  test(`${name}, unmodified`, async (t) => {
    const program = await RealProgram.start(t, typeof launch === "function" ? await launch(t) : launch);
    const pids = new Set<number>();
    const load = new Load((index) => noting(pids, connect(program.port, index)), PACE);
    // Where a step fails, the clients would go on, and their connections keep this process.
    t.after(() => load.stop());
    load.start();
    await t.test("two processes answer on one port", async () => {
      await answeredBy(pids, await program.answering());
    });
    await t.test("reloads under load lose nothing", async () => {
      for (let round = 0; round < RELOADS; round += 1) {
        await program.reload();
        await answeredBy(pids, await program.answering());
      }
      assert.deepEqual(wrongWith(await load.stop()), []);
    });
    await t.test("its end leaves no process, no file, no port", () => program.stop());
  });
}

/** Half of the clients keep their connection. */
export function asksFor(path: string, body: Buffer | string): Proof["connect"] {
  const fits = (came: Buffer): boolean => came.equals(Buffer.from(body));
  return (port, index) => httpClient({ port, path, fits, keepAlive: index % 2 === 0 });
}

/** Notes who answered, where the program tells. */
function noting(pids: Set<number>, client: Client): Client {
  return {
    async request(flight) {
      await client.request(flight);
      if (flight.pid) pids.add(flight.pid);
    },
    close: () => client.close(),
  };
}

/** Of a program that says who answers, each of these has. */
async function answeredBy(said: Set<number>, pids: readonly number[]): Promise<void> {
  assert.equal(new Set(pids).size, 2);
  if (said.size > 0) await eventually(() => pids.every((pid) => said.has(pid)), `these answer: ${pids.join(" ")}`);
}
