// The interface of 2010, promise by promise, by import and by require().
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { get, portOf } from "../helpers/http.js";
import { Program, type Told } from "../helpers/program.js";

const PROCESSES = ["master", "node-1", "node-2"];
const ways = { import: "original-promises.js", require: "original-promises-cjs.cjs" };

for (const [way, fixture] of Object.entries(ways)) {
  test(`by ${way}: listen() returns at once, and the same program runs in every process`, async (t) => {
    const program = Program.start(t, fixture);
    const returned = await program.count("returned", 3);
    assert.deepEqual(returned.map(({ id }) => id).sort(), PROCESSES);
    assert.ok(
      returned.every((line) => line["listening"] === false),
      "nothing waits for the port",
    );
    await program.stop();
  });

  test(`by ${way}: listen({ port, nodes }, server) answers from several processes at one port`, async (t) => {
    const program = Program.start(t, fixture);
    const port = portOf(await program.first("ready", ({ id }) => id === "master"));
    const pids = new Set<string>();
    await program.until(() => program.all("ready").length === 3, "all are ready");
    while (pids.size < 2) pids.add((await get(port)).body);
    const nodes = program.all("returned").filter(({ id }) => id !== "master");
    assert.deepEqual([...pids].sort(), nodes.map(({ pid }) => String(pid)).sort(), "the nodes serve, the master not");
    await program.stop();
  });

  test(`by ${way}: isMaster is true in the process that was started first, where a REPL can run`, async (t) => {
    const program = Program.start(t, fixture);
    const returned = await program.count("returned", 3);
    const masters = returned.filter((line) => line["isMaster"] === true);
    assert.deepEqual(
      masters.map(({ pid }) => pid),
      [program.pid],
    );
    assert.deepEqual(
      (await program.count("repl", 1)).map(({ id }) => id),
      ["master"],
    );
    await program.stop();
    assert.equal(program.all("repl").length, 1);
  });

  test(`by ${way}: "node" fires once for each other process, and whole messages cross both ways`, async (t) => {
    const program = Program.start(t, fixture);
    const messages = await program.count("message", 6);
    assert.deepEqual(pairs(messages, "from"), allPairs());
    for (const { from, value } of messages as unknown as { from: string; value: unknown }[]) {
      assert.deepEqual(value, { foo: "bar", from });
    }
    assert.deepEqual(pairs(program.all("node"), "peer"), allPairs());
    await program.stop();
  });

  test(`by ${way}: a process that joins later is reached and reaches; streams of one that ends, end`, async (t) => {
    const program = Program.start(t, fixture);
    await program.count("message", 6);
    await killNode(t, program, "node-1");
    const ended = await program.count("stream-ended", 2);
    assert.deepEqual(pairs(ended, "from"), ["master<node-1", "node-2<node-1"]);
    const late = (await program.count("message", 10)).slice(6);
    assert.deepEqual(pairs(late, "from"), ["master<node-3", "node-2<node-3", "node-3<master", "node-3<node-2"]);
    await program.stop();
  });
}

async function killNode(t: TestContext, program: Program, id: string): Promise<void> {
  const { pid } = await program.first("returned", (line) => line.id === id);
  process.kill(pid, "SIGKILL");
  const { exit } = await program.first("exit");
  assert.equal((exit as { signal: string }).signal, "SIGKILL");
  t.diagnostic(`${id} was killed`);
}

function allPairs(): string[] {
  return PROCESSES.flatMap((to) => PROCESSES.filter((from) => from !== to).map((from) => `${to}<${from}`)).sort();
}

function pairs(lines: Told[], from: "from" | "peer"): string[] {
  return lines
    .map((line) => `${line.id}<${from === "peer" ? (line["peer"] as { id: string }).id : line["from"]}`)
    .sort();
}
