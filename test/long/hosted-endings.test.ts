// Each way in which programs end works as without this package: on stop, on reload, and where one node alone is told.
import assert from "node:assert/strict";
import { test } from "node:test";
import { allServe, runHosted, runPlain } from "../helpers/hosted.js";
import type { Program } from "../helpers/program.js";

/** How the process of a program ends that ends in this way: as it does with plain Node. */
const WAYS: [way: string, ends: (signal: NodeJS.Signals) => { code: number | null; signal: string | null }][] = [
  ["exits", code(0)],
  ["closes its server", code(0)],
  ["sets an exit code", code(3)],
  ["cleans up before beforeExit", code(0)],
  ["exits later", code(0)],
  ["raises again", bySignal],
  ["raises again, once", bySignal],
  ["raises again, prepended", bySignal],
  ["ends alone", bySignal],
  ["ends alone, listens late", bySignal],
  ["aborts", () => ({ code: null, signal: "SIGABRT" })],
  ["throws", code(1)],
  ["listens for several signals", code(0)],
];

/** Those that depend on which listeners there are. */
const ON_SIGINT = ["exits", "raises again", "ends alone"];

for (const [way, ends] of WAYS) {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    if (signal === "SIGINT" && !ON_SIGINT.includes(way)) continue;
    test(`a program that ${way}, on ${signal}`, async (t) => {
      const plain = runPlain(t, "ends.js", { args: [way, signal] });
      await plain.first("serves");
      plain.kill(signal);
      const expected = ends(signal);
      assert.deepEqual(await plain.ended(), expected, "with plain Node");
      assert.equal(plain.all("cleanup").length, 1);

      const program = await start(t, way, signal);
      assert.deepEqual(new Set(program.all("serves").map(({ before }) => before)), new Set([0]));
      program.kill("SIGHUP");
      await program.first("reload", ({ state }) => state === "done");
      process.kill(program.all("serves")[1]?.pid ?? 0, signal);
      await program.count("exit", 2);
      await program.count("serves", 3);
      program.kill("SIGTERM");
      assert.equal((await program.ended()).code, 0);
      await program.leavesNothing();
      const exits = program.all("exit").map(({ exit }) => exit as Record<string, unknown>);
      for (const exit of exits) {
        assert.deepEqual([exit["code"], exit["signal"], exit["reason"]], [expected.code, expected.signal, "drained"]);
      }
      assert.equal(program.all("cleanup").length, exits.length);
    });
  }
}

test("a program that does not listen is drained and ends with code 0", async (t) => {
  const program = await start(t, "does not listen", "SIGTERM");
  process.kill(program.all("serves")[0]?.pid ?? 0, "SIGTERM");
  await program.count("serves", 2);
  await program.stop();
  assert.equal(program.all("cleanup").length, 2);
});

async function start(t: Parameters<typeof runHosted>[0], way: string, killSignal: NodeJS.Signals): Promise<Program> {
  // What ends in time does not need to be killed.
  const program = runHosted(t, "ends.js", {
    args: [way, killSignal],
    run: { nodes: 1, killSignal, drainTimeout: 600_000 },
  });
  await allServe(program);
  await program.first("serves");
  return program;
}

function code(code: number): () => { code: number; signal: null } {
  return () => ({ code, signal: null });
}

function bySignal(signal: string): { code: null; signal: string } {
  return { code: null, signal };
}
