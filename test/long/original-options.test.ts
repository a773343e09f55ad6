// The options of 2010 by the names that they had, by import and by require().
import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { availableCpus } from "#src/cpus.js";
import { get, portOf } from "../helpers/http.js";
import { PROGRAMS } from "../helpers/original-ways.js";
import { Program, type Told } from "../helpers/program.js";

const host = "127.0.0.1";
const tooManyCpus = availableCpus() > 16 && "as many nodes as this machine has CPUs are too many for a test";

for (const [way, fixture] of Object.entries(PROGRAMS)) {
  const withOptions = (options: object) => ({ args: [JSON.stringify(options)] });

  test(`by ${way}: port is 80 if it is left out`, async (t) => {
    const program = Program.start(t, fixture, withOptions({ host, nodes: 1 }));
    const outcome = (): Told | undefined => program.told.find(({ event }) => event === "ready" || event === "error");
    await program.until(() => outcome() !== undefined, "the port is had or not");
    // Not everybody may listen there, and another program may do so already: then the error names the port.
    const { event, address, message } = outcome() as Told;
    if (event === "ready") assert.equal((address as AddressInfo).port, 80);
    else assert.match(String(message), /\bport 80 of 127\.0\.0\.1\b/);
    program.kill("SIGTERM");
    await program.ended();
    await program.leavesNothing();
  });

  test(`by ${way}: host is where is served, and nowhere else`, async (t) => {
    const program = Program.start(t, fixture, withOptions({ port: 0, host, nodes: 1 }));
    const told = await program.first("ready");
    assert.equal((told["address"] as AddressInfo).address, host);
    assert.equal((await get(portOf(told))).status, 200);
    await assert.rejects(get(portOf(told), "/", false, "127.0.0.2"), { code: "ECONNREFUSED" });
    await program.stop();
  });

  test(`by ${way}: nodes is the number of serving processes`, async (t) => {
    const program = Program.start(t, fixture, withOptions({ port: 0, host, nodes: 3 }));
    await program.count("ready", 4);
    assert.deepEqual(serving(program), ["node-1", "node-2", "node-3"]);
    await program.stop();
    assert.equal(serving(program).length, 3);
  });

  test(`by ${way}: nodes is the CPUs that there are if it is left out`, { skip: tooManyCpus }, async (t) => {
    const program = Program.start(t, fixture, withOptions({ port: 0, host }));
    await program.count("ready", 1 + availableCpus());
    await program.stop();
    assert.equal(serving(program).length, availableCpus());
  });

  test(`by ${way}: masterListen: true makes the master one of the serving processes`, async (t) => {
    const program = Program.start(t, fixture, withOptions({ port: 0, host, nodes: 2, masterListen: true }));
    const ready = await program.count("ready", 2);
    const answered = new Set<number>();
    while (answered.size < 2) answered.add(Number((await get(portOf(ready[0] as Told))).body));
    assert.deepEqual(answered, new Set(ready.map(({ pid }) => pid)));
    assert.ok(answered.has(program.pid));
    await program.stop();
  });

  test(`by ${way}: restartChildren: false leaves a dead node dead, and the end of the last ends all`, async (t) => {
    const program = Program.start(t, fixture, withOptions({ port: 0, host, nodes: 2, restartChildren: false }));
    const ready = await program.count("ready", 3);
    for (const { pid } of ready.filter(({ id }) => id !== "master")) process.kill(pid, "SIGKILL");
    assert.deepEqual(await program.ended(), { code: 1, signal: null });
    assert.equal(program.all("returned").length, 3, "nothing was started anew");
    await program.leavesNothing();
  });
}

function serving(program: Program): string[] {
  const nodes = program.all("ready").filter(({ id }) => id !== "master");
  return nodes.map(({ id }) => id).sort();
}
