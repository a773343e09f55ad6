// "least-connections" evens out what lives long, whoever comes and goes.
import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { test } from "node:test";
import { greeted } from "../helpers/clients/balanced.js";
import type { Status } from "multi-node";
import { Service } from "../helpers/service.js";

type Held = { id: string; socket: Socket };

const NODES = 4;
const CONNECTIONS = 200;
const EACH = CONNECTIONS / NODES;

test("200 slow connections over 4 nodes are 50 each, and so again after some ended and a node was replaced", async (t) => {
  const options = { nodes: NODES, balance: "least-connections", more: ["greets"] };
  const service = await Service.start(t, "balance-service.js", options);
  const { greets } = await (await service.member("master")).do<{ greets: { port: number } }>("addresses");
  const first = await fill(greets.port, []);
  t.after(() => first.forEach(({ socket }) => socket.destroy()));
  assert.deepEqual(countOf(first), even("node-1", "node-2", "node-3", "node-4"));

  const killed = await service.member("node-2");
  const ending = first.filter(({ id }) => id === "node-1").slice(0, 30);
  await end(service, ending, EACH - ending.length);
  killed.kill("SIGKILL");
  await service.program.first("ready", ({ id }) => id === "node-5");
  const kept = first.filter((connection) => !ending.includes(connection) && connection.id !== "node-2");
  await assertHeld(service, kept, "node-1", "node-3", "node-4", "node-5");

  const all = await fill(greets.port, kept);
  t.after(() => all.forEach(({ socket }) => socket.destroy()));
  assert.deepEqual(countOf(all), even("node-1", "node-3", "node-4", "node-5"));
  await assertHeld(service, all, "node-1", "node-3", "node-4", "node-5");
  for (const { socket } of all) socket.destroy();
  await service.program.stop();
});

/** Opens as many as are missing, all at once. */
async function fill(port: number, kept: Held[]): Promise<Held[]> {
  return [...kept, ...(await greeted(port, CONNECTIONS - kept.length))];
}

/** Ends connections of one node, which then has so many left; resolves when the master knows. */
async function end(service: Service, connections: Held[], left: number): Promise<void> {
  const [{ id } = { id: "" }] = connections;
  for (const { socket } of connections) socket.destroy();
  const master = await service.member("master");
  let held: number | undefined;
  while (held !== left) held = (await master.do<Status>("status")).accepted?.held[id];
}

/** The nodes really hold what the clients think. */
async function assertHeld(service: Service, connections: Held[], ...ids: string[]): Promise<void> {
  for (const id of ids) {
    const count = await (await service.member(id)).do<number>("held");
    assert.equal(count, connections.filter((connection) => connection.id === id).length, id);
  }
}

function countOf(connections: Held[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { id } of connections) counts[id] = (counts[id] ?? 0) + 1;
  return counts;
}

function even(...ids: string[]): Record<string, number> {
  return Object.fromEntries(ids.map((id) => [id, EACH]));
}
