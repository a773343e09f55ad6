// Where is served: every kind of address. Every kind of server is in original.test.ts.
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { get, getOver, portOf } from "../helpers/http.js";
import { Program } from "../helpers/program.js";

test("port 0 is one free port, the same for all, and address() tells it in every process", async (t) => {
  const program = Program.start(t, "http.js");
  const addresses = (await program.count("ready", 3)).map((line) => line["address"] as AddressInfo);
  assert.ok((addresses[0]?.port ?? 0) > 0);
  for (const address of addresses) assert.deepEqual(address, addresses[0]);
  await program.stop();
});

test("without a host, IPv6 and IPv4 are served where the machine has both", async (t) => {
  const program = Program.start(t, "http.js", { args: [JSON.stringify({ host: "every", nodes: 1 })] });
  const port = portOf(await program.first("ready"));
  assert.equal((await get(port, "/", false, "127.0.0.1")).status, 200);
  if (hasIpv6()) assert.equal((await get(port, "/", false, "::1")).status, 200);
  await program.stop();
});

test("an IPv6 address is served", { skip: !hasIpv6() && "no IPv6 here" }, async (t) => {
  const program = Program.start(t, "http.js", { args: [JSON.stringify({ host: "::1" })] });
  const told = await program.first("ready");
  assert.equal((told["address"] as AddressInfo).family, "IPv6");
  assert.equal((await get(portOf(told), "/", false, "::1")).status, 200);
  await program.stop();
});

test("ipv6Only leaves IPv4 to others", { skip: !hasIpv6() && "no IPv6 here" }, async (t) => {
  const program = Program.start(t, "http.js", { args: [JSON.stringify({ host: "::", ipv6Only: true })] });
  const port = portOf(await program.first("ready"));
  assert.equal((await get(port, "/", false, "::1")).status, 200);
  await assert.rejects(get(port, "/", false, "127.0.0.1"), { code: "ECONNREFUSED" });
  await program.stop();
});

test("a host name is looked up", async (t) => {
  const program = Program.start(t, "http.js", { args: [JSON.stringify({ host: "localhost" })] });
  const told = await program.first("ready");
  const { address } = told["address"] as AddressInfo;
  assert.equal((await get(portOf(told), "/", false, address)).status, 200);
  await program.stop();
});

test("a Unix socket path is served by all nodes and gone at the end", async (t) => {
  const options = JSON.stringify({ path: "service.sock" });
  const program = Program.start(t, "http-at-path.js", { args: [options] });
  const nodes = (await program.count("ready", 3)).filter(({ id }) => id !== "master");
  const path = join(program.folder, "service.sock");
  for (const node of nodes) assert.equal(node["address"], path);
  assert.ok(statSync(path).isSocket());
  const answered = new Set<string>();
  while (answered.size < 2) answered.add((await getOver(path)).body);
  await program.stop();
});

test("nodes.listen() adds ports, also one that the nodes ask for later", async (t) => {
  const program = Program.start(t, "more-ports.js");
  await program.count("ready", 3);
  const more = await program.count("more-listening", 4);
  for (const which of ["early", "late"]) {
    const addresses = more.filter((line) => line["which"] === which).map((line) => line["address"] as AddressInfo);
    assert.equal(addresses.length, 2);
    assert.deepEqual(addresses[0], addresses[1]);
    const answered = new Set<string>();
    while (answered.size < 2) answered.add((await get(addresses[0]?.port ?? 0)).body);
    assert.ok([...answered].every((body) => body.startsWith(which)));
  }
  await program.stop();
});

test("masterListen makes the master one of the serving processes", async (t) => {
  const program = Program.start(t, "http.js", { args: [JSON.stringify({ nodes: 2, masterListen: true })] });
  const port = portOf(await program.first("ready", ({ id }) => id === "master"));
  const answered = new Set<string>();
  while (answered.size < 2) answered.add((await get(port)).body);
  assert.ok(answered.has(String(program.pid)));
  assert.deepEqual((await program.count("ready", 2)).map(({ id }) => id).sort(), ["master", "node-1"]);
  await program.stop();
});

test("masterListen with one node needs no other process", async (t) => {
  const program = Program.start(t, "http.js", { args: [JSON.stringify({ nodes: 1, masterListen: true })] });
  const port = portOf(await program.first("ready"));
  assert.equal((await get(port)).body, String(program.pid));
  assert.deepEqual(program.processes, [program.pid]);
  await program.stop();
});

test("masterListen serves a Unix socket path too", async (t) => {
  const options = { path: "service.sock", nodes: 2, masterListen: true };
  const program = Program.start(t, "http-at-path.js", { args: [JSON.stringify(options)] });
  await program.count("ready", 2);
  const answered = new Set<string>();
  while (answered.size < 2) answered.add((await getOver(join(program.folder, "service.sock"))).body);
  await program.stop();
});

function hasIpv6(): boolean {
  return Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === "::1"));
}
