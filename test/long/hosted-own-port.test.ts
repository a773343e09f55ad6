// A program that asks for a port of its own by `exclusive: true`: one node serves, the log says why, or the port is shared.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Status } from "multi-node";
import { eventually } from "../helpers/deadline.js";
import { freePort } from "../helpers/free-port.js";
import { runHosted } from "../helpers/hosted.js";
import { get } from "../helpers/http.js";
import { steer } from "../helpers/steering.js";

const LOCAL = "127.0.0.1";

for (const kind of ["TCP", "UDP"]) {
  test(`one node has the ${kind} port, the others are told of in one line and tried again later`, async (t) => {
    const port = await freePort();
    const place = { port, host: LOCAL, address: LOCAL, exclusive: true };
    const fixture = kind === "TCP" ? "own-port.js" : "own-udp-port.js";
    const program = runHosted(t, fixture, { args: [place], run: { nodes: 3 } });
    await program.count("exit", 2);
    await eventually(() => program.stderr.includes("--shared-ports"), "it is told");
    const what = kind === "TCP" ? `port ${port}` : `UDP port ${port}`;
    const line = new RegExp(
      `^.*node-\\d .*does not serve: the program asks for ${what} with exclusive: true, so only one node can have it, ` +
        "and node-\\d has it; run it with --shared-ports to share the port, or with one node$",
    );
    const lines = program.stderr.trim().split("\n");
    assert.equal(lines.length, 1, program.stderr);
    assert.match(lines[0] ?? "", line);
    program.kill("SIGHUP");
    const failed = await program.first("reload", ({ state }) => state === "failed");
    assert.match(String(failed["error"]), new RegExp(`the program asks for ${what} with exclusive: true`));
    assert.ok(program.all("exit").length >= 3, "the successor has ended");
    await program.stop();
  });
}

test("what the one node serves is counted, and status knows its port", async (t) => {
  const port = await freePort();
  const program = runHosted(t, "own-port.js", { args: [{ port, host: LOCAL, exclusive: true }], run: { nodes: 2 } });
  await program.count("exit", 1);
  for (let count = 0; count < 5; count++) await get(port);
  const client = await steer(t, program);
  const status = (): Promise<Status> => client.request({ command: "status" });
  const served = ({ nodes }: Status): number => nodes.reduce((sum, { vitals }) => sum + (vitals?.served ?? 0), 0);
  await eventually(async () => served(await status()) === 5, "requests are counted");
  assert.deepEqual((await status()).addresses, [{ address: LOCAL, family: "IPv4", port }]);
  await program.stop();
});

test("where another program has the port, the error is the system's", async (t) => {
  const port = await freePort();
  const other = runHosted(t, "own-port.js", { args: [{ port, host: LOCAL }], run: { nodes: 1 } });
  await other.first("ready", ({ id }) => id === "master");
  const program = runHosted(t, "own-port.js", { args: [{ port, host: LOCAL, exclusive: true }] });
  assert.equal(await program.exitCode, 1);
  assert.match(program.stderr, new RegExp(`listen EADDRINUSE: address already in use ${LOCAL}:${port}`));
  assert.doesNotMatch(program.stderr, /--shared-ports/);
  await other.stop();
});

for (const kind of ["TCP", "UDP"]) {
  test(`with sharedPorts the ${kind} port is one of the service, also over a reload`, async (t) => {
    const port = await freePort();
    const place = { port, host: LOCAL, address: LOCAL, exclusive: true };
    const fixture = kind === "TCP" ? "own-port.js" : "own-udp-port.js";
    const program = runHosted(t, fixture, { args: [place], run: { nodes: 3, sharedPorts: true } });
    await program.first("ready", ({ id }) => id === "master");
    program.kill("SIGHUP");
    await program.first("reload", ({ state }) => state === "done");
    assert.equal(program.all("bound").length, 6);
    if (kind === "TCP") assert.equal((await get(port)).status, 200);
    assert.equal(program.stderr, "");
    await program.stop();
  });
}

test("a port that is named exclusive stays so", async (t) => {
  const port = await freePort();
  const place = { port, host: LOCAL, exclusive: true };
  const run = { nodes: 2, sharedPorts: true, exclusive: [port] };
  const program = runHosted(t, "own-port.js", { args: [place], run });
  await program.says(new RegExp(`another process has port ${port}, which is exclusive`));
  await program.stop();
});
