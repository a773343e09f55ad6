// The object that listen() returns: its events, and the streams that wait for somebody who listens.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { test } from "node:test";
import type { Nodes } from "#src/nodes.js";
import type { Drain, NodeExit, Outlet, Peer } from "#src/role.js";
import { within } from "../helpers/deadline.js";
import { duplexPair } from "../helpers/duplex-pair.js";
import { type FakeNodes, fakeNodes, fakeStream, peer } from "../helpers/fake-role.js";
import { uncaughtErrors } from "../helpers/uncaught.js";

const server = createServer();

test("it tells who this process is", () => {
  const { nodes: master, role } = fakeNodes("master", server);
  assert.deepEqual([master.id, master.isMaster, master.isPrimary], ["master", true, true]);
  const { nodes: node } = fakeNodes("node-3", server);
  assert.deepEqual([node.id, node.isMaster, node.isPrimary], ["node-3", false, false]);
  assert.equal(master.ready, role.ready);
});

test("who has joined and not left is a peer, in the order in which they came, and both are events", async () => {
  const { nodes, outlet } = fakeNodes("master", server);
  const story: string[] = [];
  nodes.on("join", (other) => story.push(`join ${other.id} of ${nodes.peers.map(({ id }) => id)}`));
  nodes.on("leave", (other) => story.push(`leave ${other.id} of ${nodes.peers.map(({ id }) => id)}`));
  const others = await Promise.all(["node-2", "node-1"].map((id) => linked(nodes, outlet, id)));
  assert.deepEqual(nodes.peers, [peer("node-2"), peer("node-1")]);
  const left = once(nodes, "leave");
  others[0]?.outlet.close();
  await within(left, "it leaves");
  assert.deepEqual(nodes.peers, [peer("node-1")]);
  assert.deepEqual(story, ["join node-2 of node-2", "join node-1 of node-2,node-1", "leave node-2 of node-1"]);
  outlet.close();
});

test("the first port is listened on at once, and its address is told", () => {
  const { nodes, role } = fakeNodes("master", server);
  assert.deepEqual(role.listens, [[{ port: 8_000, host: undefined, ipv6Only: false, backlog: 511 }, server]]);
  assert.equal(nodes.address(), null);
  role.address = "/run/web.sock";
  assert.equal(nodes.address(), "/run/web.sock");
});

test("a further port is checked as the first one was", () => {
  const { nodes, role } = fakeNodes("master", server);
  assert.equal(nodes.listen({ path: "/run/b.sock" }, server).address(), null);
  assert.deepEqual(role.listens[1], [{ path: "/run/b.sock", backlog: 511 }, server]);
  assert.throws(() => nodes.listen({ port: -1 }, server), { code: "MN_ERR_OPTION" });
  assert.throws(() => nodes.listen({ nodes: 2 } as never, server), { code: "MN_ERR_OPTION" });
  assert.throws(() => nodes.listen({ port: 81 }, {} as never), { code: "MN_ERR_SERVER_TYPE" });
  assert.equal(role.listens.length, 2);
});

test("a stream goes to the listener with the process that it leads to", () => {
  const { nodes, outlet } = fakeNodes("master", server);
  const heard: [Socket, Peer][] = [];
  nodes.on("node", (stream, other) => heard.push([stream, other]));
  const stream = fakeStream();
  outlet.node(stream, peer("node-1"));
  assert.deepEqual(heard, [[stream, peer("node-1")]]);
});

test("streams wait for the first listener, in order, and come after the call that added it", async () => {
  const { nodes, outlet } = fakeNodes("master", server);
  for (const id of ["node-1", "node-2"]) outlet.node(fakeStream(), peer(id));
  const heard: string[] = [];
  nodes.on("node", (_, { id }) => heard.push(id));
  assert.deepEqual(heard, []);
  await new Promise((resolve) => process.nextTick(resolve));
  assert.deepEqual(heard, ["node-1", "node-2"]);
});

test("a listener for joins that throws disturbs nothing behind it, and its error is not swallowed", async (t) => {
  const { nodes, outlet } = fakeNodes("master", server);
  const errors = uncaughtErrors(t);
  nodes.on("join", () => fail("no seat"));
  nodes.handle("seats", () => 7);
  const other = await linked(nodes, outlet, "node-1");
  assert.equal(await within(other.nodes.call("master", "seats"), "the call is answered"), 7);
  assert.deepEqual(errors, ["no seat"]);
  other.outlet.close();
  outlet.close();
});

test("a link that is closed for what came over it is logged", async () => {
  const { nodes, outlet, logged } = fakeNodes("master", server);
  const [near, far] = duplexPair();
  const settled = outlet.link(near as unknown as Socket, peer("node-1"), "acceptor");
  far.resume().write("GET / HTTP/1.1\r\n\r\n");
  await within(settled, "the link is given up");
  assert.match(logged.join("\n"), /^multi-node: master: the link to node-1 was closed: the peer sent a frame /);
  assert.deepEqual(nodes.peers, []);
});

test("a listener for one stream takes one, and the others wait on", async () => {
  const { nodes, outlet } = fakeNodes("master", server);
  for (const id of ["node-1", "node-2"]) outlet.node(fakeStream(), peer(id));
  const [, first] = (await once(nodes, "node")) as [Socket, Peer];
  const [, second] = await Promise.race([
    once(nodes, "node") as Promise<[Socket, Peer]>,
    new Promise<[Socket?, Peer?]>((resolve) => setImmediate(resolve, [])),
  ]);
  assert.deepEqual([first.id, second?.id], ["node-1", "node-2"]);
});

test("a stream that ended while it waited is not told", async () => {
  const { nodes, outlet } = fakeNodes("master", server);
  const stream = fakeStream();
  outlet.node(stream, peer("node-1"));
  stream.destroy();
  nodes.on("node", () => assert.fail("it was told"));
  await new Promise((resolve) => process.nextTick(resolve));
});

test("the waiting stream of an ended process is destroyed; one that somebody has is left to its reader", () => {
  const { nodes, outlet } = fakeNodes("master", server);
  const [waiting, other, held] = [fakeStream(), fakeStream(), fakeStream()];
  outlet.node(waiting, peer("node-1"));
  outlet.node(other, peer("node-2"));
  outlet.left("node-1");
  assert.deepEqual([waiting.destroyed, other.destroyed], [true, false]);
  nodes.on("node", () => {});
  outlet.node(held, peer("node-3"));
  outlet.left("node-3");
  assert.equal(held.destroyed, false);
});

test("addresses, exits, reloads and the end are events", () => {
  const { nodes, outlet } = fakeNodes("master", server);
  const heard: unknown[] = [];
  for (const event of ["listening", "exit", "reload", "close"] as const)
    nodes.on(event, (...args: unknown[]) => heard.push([event, ...args]));
  const exit: NodeExit = {
    id: "node-1",
    pid: 7,
    code: 0,
    signal: null,
    uptime: 5,
    reason: "died",
    lastError: undefined,
  };
  outlet.listening("/run/web.sock");
  outlet.exit(exit);
  outlet.reload({ state: "started" });
  outlet.close();
  assert.deepEqual(heard, [
    ["listening", "/run/web.sock"],
    ["exit", exit],
    ["reload", { state: "started" }],
    ["close"],
  ]);
});

test("an error that nobody listens for is given back, one that somebody does is told", () => {
  const { nodes, outlet } = fakeNodes("master", server);
  const error = new Error("no port");
  assert.equal(outlet.error(error), false);
  const heard: Error[] = [];
  nodes.on("error", (told) => heard.push(told));
  assert.equal(outlet.error(error), true);
  assert.deepEqual(heard, [error]);
});

test("a drain waits for what every listener promises, and tells each, whatever another does", async () => {
  const { nodes, outlet } = fakeNodes("node-1", server);
  const drain: Drain = { deadline: 0, signal: new AbortController().signal };
  await outlet.drain(drain);
  const heard: unknown[] = [];
  let finish: () => void = () => {};
  nodes.once("drain", (told) => {
    heard.push(told);
    return new Promise<void>((resolve) => {
      finish = resolve;
    });
  });
  nodes.on("drain", (told) => void heard.push(told));
  let drained = false;
  const done = (async () => {
    await outlet.drain(drain);
    drained = true;
  })();
  await new Promise(setImmediate);
  assert.deepEqual([heard, drained], [[drain, drain], false]);
  finish();
  await done;
  assert.equal(nodes.listenerCount("drain"), 1, "the listener for once is gone");
});

for (const [title, listener] of [
  ["throws", (): void => fail("no database")],
  ["rejects", async (): Promise<void> => fail("no database")],
] as const) {
  test(`a listener of "drain" that ${title} is an error, and the others are waited for all the same`, async () => {
    const { nodes, outlet } = fakeNodes("node-1", server);
    const heard: unknown[] = [];
    nodes.on("error", ({ message }) => heard.push(message));
    nodes.on("drain", listener);
    nodes.on("drain", async () => {
      await new Promise(setImmediate);
      heard.push("drained");
    });
    await outlet.drain({ deadline: 0, signal: new AbortController().signal });
    assert.deepEqual(heard, ["no database", "drained"]);
  });
}

test("a drain that fails is written to standard error where nobody listens for errors", async (t) => {
  const { nodes, outlet } = fakeNodes("node-1", server);
  const write = t.mock.method(process.stderr, "write", () => true);
  nodes.on("drain", () => fail("no database"));
  await outlet.drain({ deadline: 0, signal: new AbortController().signal });
  assert.match(
    String(write.mock.calls[0]?.arguments[0]),
    /^multi-node: a listener of "drain" failed: Error: no database/,
  );
});

test("reload(), resize(), status() and close() are the role's", async () => {
  const { nodes, role } = fakeNodes("master", server);
  await nodes.reload();
  await nodes.resize(3);
  assert.equal(await nodes.status(), role.told);
  await nodes.close();
  assert.deepEqual(role.asked, [["reload"], ["resize", 3], ["status"], ["close"]]);
});

test("a number of nodes that cannot be is refused before anybody is asked", async () => {
  const { nodes, role } = fakeNodes("master", server);
  for (const wrong of [0, -1, 1.5, Number.NaN, "2", undefined]) {
    const shown = typeof wrong === "string" ? "'2'" : String(wrong);
    await assert.rejects(nodes.resize(wrong as number), {
      name: "UsageError",
      code: "MN_ERR_OPTION",
      message: `option nodes: an integer from 1 to 1024 is taken, got ${shown}`,
    });
  }
  assert.deepEqual(role.asked, []);
});

function fail(message: string): never {
  throw new Error(message);
}

/** Another process that has joined. */
async function linked(nodes: Nodes, outlet: Outlet, id: string): Promise<FakeNodes> {
  const other = fakeNodes(id, server);
  const [near, far] = duplexPair();
  const sides = [
    outlet.link(near as unknown as Socket, peer(id), "acceptor"),
    other.outlet.link(far as unknown as Socket, peer(nodes.id), "dialer"),
  ];
  await within(Promise.all(sides), `${id} joins`);
  return other;
}
