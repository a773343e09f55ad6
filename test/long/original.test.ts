// The interface of 2010, promise by promise, by import and by require(). Options and frames have files of their own.
import assert from "node:assert/strict";
import { test } from "node:test";
import { clients } from "../helpers/clients/server-kinds.js";
import { within } from "../helpers/deadline.js";
import { portOf } from "../helpers/http.js";
import { allPairs, LIBRARIES, pairs, PROGRAMS } from "../helpers/original-ways.js";
import { Program } from "../helpers/program.js";

const OPTIONS = JSON.stringify({ port: 0, host: "127.0.0.1", nodes: 2 });

test("by import and by require() it is one library", () => {
  assert.deepEqual(Object.keys(LIBRARIES["require"] ?? {}), Object.keys(LIBRARIES["import"] ?? {}));
  assert.equal(LIBRARIES["require"]?.listen, LIBRARIES["import"]?.listen);
});

for (const [way, fixture] of Object.entries(PROGRAMS)) {
  test(`by ${way}: listen() returns at once, and the same program runs in every process`, async (t) => {
    const program = Program.start(t, fixture);
    const returned = await program.count("returned", 3);
    assert.deepEqual(returned.map(({ id }) => id).sort(), ["master", "node-1", "node-2"]);
    assert.ok(
      returned.every((line) => line["listening"] === false),
      "nothing waits for the port",
    );
    await program.stop();
  });

  for (const [kind, ask] of Object.entries(clients)) {
    test(`by ${way}: listen({ port, nodes }, ${kind}) answers from several processes at one port`, async (t) => {
      const program = Program.start(t, fixture, { args: [OPTIONS, kind] });
      const port = portOf(await program.first("ready", ({ id }) => id === "master"));
      const nodes = (await program.count("ready", 3)).filter(({ id }) => id !== "master");
      const pids = new Set(nodes.map(({ pid }) => pid));
      const answered = new Set<number>();
      while (answered.size < 2) answered.add(Number(await within(ask(port), `${kind} answers`)));
      assert.deepEqual(answered, pids, "the nodes serve, the master not");
      const made = new Set(program.all("made").map(({ pid }) => pid));
      assert.deepEqual(made, kind === "async function" ? pids : new Set(), "a function runs where it serves");
      await program.stop();
    });
  }

  test(`by ${way}: isMaster is true in the process that was started first, where a REPL can run`, async (t) => {
    const program = Program.start(t, fixture);
    const returned = await program.count("returned", 3);
    const masters = returned.filter((line) => line["isMaster"] === true);
    assert.deepEqual(
      masters.map(({ pid }) => pid),
      [program.pid],
    );
    assert.equal((await program.first("repl"))["said"], "true");
    await program.stop();
    assert.equal(program.all("repl").length, 1);
  });

  test(`by ${way}: "node" fires once for each other process, with a stream of bytes both ways`, async (t) => {
    const program = Program.start(t, fixture, { args: [OPTIONS, "http", "bytes"] });
    const bytes = await program.count("bytes", 6);
    assert.deepEqual(pairs(bytes), allPairs());
    for (const { from, text } of bytes as unknown as { from: string; text: string }[]) {
      assert.equal(text, `from ${from}\n`);
    }
    assert.deepEqual(pairs(program.all("node")), allPairs());
    await killNode(program, "node-2");
    const ended = await program.count("stream-ended", 2);
    assert.deepEqual(pairs(ended), ["master<node-2", "node-1<node-2"]);
    await program.stop();
  });

  test(`by ${way}: frameStream(stream) sends whole messages to every other process`, async (t) => {
    const program = Program.start(t, fixture);
    const messages = await program.count("message", 6);
    assert.deepEqual(pairs(messages), allPairs());
    for (const { from, value } of messages as unknown as { from: string; value: unknown }[]) {
      assert.deepEqual(value, { foo: "bar", from });
    }
    await program.stop();
    assert.equal(program.all("message").length, 6);
  });

  test(`by ${way}: values of every kind arrive in another process as they were sent`, async (t) => {
    const program = Program.start(t, fixture, { args: [OPTIONS, "http", "values"] });
    const told = await program.count("values", 6);
    assert.deepEqual(pairs(told), allPairs());
    assert.deepEqual(
      told.flatMap((line) => line["wrong"]),
      [],
    );
    await program.stop();
  });

  test(`by ${way}: a process that joins later is reached and reaches; streams of one that ends, end`, async (t) => {
    const program = Program.start(t, fixture);
    await program.count("message", 6);
    await killNode(program, "node-1");
    const ended = await program.count("stream-ended", 2);
    assert.deepEqual(pairs(ended), ["master<node-1", "node-2<node-1"]);
    const late = (await program.count("message", 10)).slice(6);
    assert.deepEqual(pairs(late), ["master<node-3", "node-2<node-3", "node-3<master", "node-3<node-2"]);
    await program.stop();
  });
}

async function killNode(program: Program, id: string): Promise<void> {
  const { pid } = await program.first("returned", (line) => line.id === id);
  process.kill(pid, "SIGKILL");
  const { exit } = await program.first("exit");
  assert.equal((exit as { signal: string }).signal, "SIGKILL");
}
