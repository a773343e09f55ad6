// A node of a hosted program, as node:cluster shows it to whoever asks.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createRequire } from "node:module";
import net from "node:net";
import { test } from "node:test";
import { type Query, standInForCluster } from "#src/node/cluster-seam.js";
import { replaceProperty } from "../../helpers/environment.js";

const asked: Query[] = [];
/** Imported before: the names are to follow. That of the worker is new, and is there where nobody was as early. */
const named = (await import("node:cluster")) as unknown as typeof import("node:cluster").default;
standInForCluster(3, (_server, query) => void asked.push(query));
const { default: cluster } = await import("node:cluster");

test("it is a worker to those who import names, the module, or require it", () => {
  const required = createRequire(import.meta.url)("cluster") as typeof cluster;
  for (const seen of [named, cluster, required]) {
    assert.deepEqual([seen.isPrimary, seen.isMaster, seen.isWorker], [false, false, true]);
  }
  assert.deepEqual([cluster.worker?.id, required.worker], [3, cluster.worker]);
});

test("whoever listens is asked for here, unless it wants a socket of its own", async () => {
  const server = net.createServer().on("error", () => {});
  server.listen({ port: 0, host: "127.0.0.1", exclusive: true });
  await once(server, "listening");
  server.close();
  assert.deepEqual(asked, []);
  net
    .createServer()
    .on("error", () => {})
    .listen({ port: 8_000, backlog: 5 });
  const [{ address, port, addressType, backlog }] = asked as unknown as [Query];
  assert.deepEqual([address, port, addressType, backlog], [null, 8_000, 4, 5]);
});

test("the worker has a channel and can be sent away", (t) => {
  const signals: unknown[] = [];
  replaceProperty(t, process, "kill", (...args: unknown[]) => signals.push(args));
  const { worker } = cluster;
  assert.equal(worker?.isConnected(), process.connected);
  assert.equal(worker?.isDead(), false);
  assert.equal(worker?.process, process);
  worker?.kill();
  worker?.disconnect();
  assert.deepEqual(signals, [
    [process.pid, "SIGTERM"],
    [process.pid, "SIGTERM"],
  ]);
});

test("what it sends goes where process.send() does", (t) => {
  const sent: unknown[] = [];
  replaceProperty(t, process, "send", (...args: unknown[]) => sent.push(args));
  cluster.worker?.send({ of: "the program" });
  assert.deepEqual(sent, [[{ of: "the program" }]]);
});
