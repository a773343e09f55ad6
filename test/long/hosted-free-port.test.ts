// A program that looks for a free port at one address after another finds the same one in every node, and loses nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { httpClient } from "../helpers/clients/http.js";
import { freePort } from "../helpers/free-port.js";
import { allServe, runHosted } from "../helpers/hosted.js";
import { portOf } from "../helpers/http.js";
import { Load } from "../helpers/load.js";
import { wrongWith } from "../helpers/load-ledger.js";

const LOCAL = "127.0.0.1";

for (const balance of ["shared", "round-robin"]) {
  for (const host of [undefined, LOCAL]) {
    test(`all nodes find the same port free, at ${host ?? "every address"}, with balance ${balance}`, async (t) => {
      const place = { port: await freePort(), host };
      const program = runHosted(t, "opens-and-closes.js", { args: ["look", place], run: { balance, nodes: 3 } });
      const [port, ...others] = (await program.count("serves", 3)).map(portOf);
      assert.deepEqual(others, [port, port]);
      await allServe(program);
      const load = new Load(() => httpClient({ port: port as number, keepAlive: false, fits: () => true }));
      load.start();
      t.after(() => load.stop());
      program.kill("SIGHUP");
      await program.first("reload", ({ state }) => state === "done");
      assert.deepEqual(wrongWith(await load.stop()), []);
      assert.deepEqual(new Set((await program.count("serves", 6)).map(portOf)), new Set([port]));
      await program.stop();
    });
  }
}

for (const way of ["Socket", "connect"]) {
  test(`a program that connects to a port to see whether it is free finds that of its service free, by ${way}`, async (t) => {
    const port = await freePort();
    const program = runHosted(t, "probes.js", { args: [way, String(port)], run: { nodes: 2 } });
    await allServe(program);
    program.kill("SIGHUP");
    await program.first("reload", ({ state }) => state === "done");
    const serves = (await program.count("serves", 4)).slice(-2);
    assert.deepEqual(serves.map(portOf), [port, port]);
    const probed = program.all("probed").filter(({ pid }) => serves.some((told) => told.pid === pid));
    assert.deepEqual(
      probed.map(({ code }) => code),
      ["ECONNREFUSED", "ECONNREFUSED"],
    );
    await program.count("reaches", 4);
    await program.stop();
  });
}
