// Connections on their way from a held socket to the node that takes them, whatever nodes do meanwhile.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Candidate } from "#src/balance/candidates.js";
import { PATIENCE_MS } from "#src/dispatch/seat.js";
import { HandedSocket } from "#src/serve/handed-socket.js";
import { DispatchWorld, KEY } from "../../helpers/dispatch-world.js";
import { FakeAcceptor, FakeClient, LOCAL } from "../../helpers/fake-handles.js";

const LEAST = { balance: "least-connections" } as const;
const STICKY = { balance: "sticky" } as const;

test("a socket listens once somebody takes its connections, and only once", () => {
  const world = new DispatchWorld();
  world.dispatcher.rotate("node-1", "1", "in");
  assert.deepEqual(world.acceptor.backlogs, [], "it takes none of this socket's yet");
  world.join("node-2", "node-3");
  assert.deepEqual(world.acceptor.backlogs, [511]);
  world.leave("node-2");
  world.leave("node-3");
  assert.deepEqual([world.acceptor.backlogs, world.acceptor.closed], [[511], 0]);
});

test("a socket that all have closed before they came to serve does not listen", () => {
  const world = new DispatchWorld();
  world.dispatcher.hear("node-1", { type: "open", key: KEY });
  world.dispatcher.leave("node-1", KEY);
  world.dispatcher.leave("node-2", KEY);
  world.dispatcher.rotate("node-1", "1", "in");
  assert.deepEqual(world.acceptor.backlogs, []);
  world.dispatcher.hear("node-1", { type: "open", key: KEY });
  assert.deepEqual(world.acceptor.backlogs, [511]);
});

test("a socket listens before the first server does, and connections wait for a node that takes them", () => {
  const world = new DispatchWorld();
  world.dispatcher.hear("node-1", { type: "accept", key: KEY });
  world.dispatcher.hear("node-2", { type: "accept", key: KEY });
  assert.deepEqual(world.acceptor.backlogs, [511]);
  const client = world.connect();
  assert.deepEqual([world.offered, world.dispatcher.counts.waiting], [[], 1]);
  world.join("node-1");
  assert.equal(world.at("node-1"), client);
});

test("a socket that was given listens already: its connections stay in it until a node takes them", () => {
  const world = new DispatchWorld();
  const given = new FakeAcceptor();
  world.dispatcher.add({ key: "given", handle: given, origin: "given" }, 7);
  world.dispatcher.hear("node-1", { type: "accept", key: "given" });
  assert.deepEqual(given.backlogs, []);
  world.dispatcher.hear("node-1", { type: "open", key: "given" });
  world.dispatcher.rotate("node-1", "1", "in");
  assert.deepEqual(given.backlogs, [7]);
});

test("a node that has closed its server gets no more connections", () => {
  const world = new DispatchWorld().join("node-1", "node-2");
  world.dispatcher.leave("node-1", KEY);
  for (const _ of [1, 2]) {
    world.connect();
    world.answer("node-2", "taken");
  }
  assert.deepEqual(world.dispatcher.counts.held, { "node-1": 0, "node-2": 2 });
});

test("a socket that cannot listen is told of", () => {
  const world = new DispatchWorld();
  world.acceptor.status = -98;
  world.join("node-1");
  assert.deepEqual(
    world.errors.map(({ message }) => message),
    ["listen EADDRINUSE"],
  );
});

test("a connection is handed over, and let go of once it is taken", () => {
  const world = new DispatchWorld().join("node-1");
  const client = world.connect();
  assert.equal(world.at("node-1"), client);
  assert.deepEqual([client.closed, world.dispatcher.counts], [0, { waiting: 1, held: { "node-1": 0 }, malformed: 0 }]);
  world.answer("node-1", "taken");
  assert.deepEqual([client.closed, world.dispatcher.counts], [1, { waiting: 0, held: { "node-1": 1 }, malformed: 0 }]);
});

test("what a node is told holds all that is known of a connection", () => {
  const world = new DispatchWorld({ balance: "round-robin", proxyProtocol: true }).join("node-1");
  world.connect().receive("PROXY TCP4 192.0.2.7 198.51.100.1 4711 443\r\n\xffhello");
  assert.deepEqual(world.offers[0]?.visit.message, {
    number: 1,
    key: KEY,
    firstBytes: Buffer.from("\xffhello", "latin1").toString("base64"),
    proxied: { address: "192.0.2.7", family: "IPv4", port: 4711 },
  });
});

test("who refuses is not asked again, the next one is", () => {
  const world = new DispatchWorld().join("node-1", "node-2");
  const client = world.connect();
  world.answer("node-1", "refused");
  assert.equal(world.at("node-2"), client);
  world.answer("node-2", "taken");
  assert.deepEqual([world.wayOf(client), client.closed], [["node-1", "node-2"], 1]);
});

test("what all refuse waits until something changes, and then each is asked again", () => {
  const world = new DispatchWorld().join("node-1", "node-2");
  const client = world.connect();
  world.answer("node-1", "refused");
  world.answer("node-2", "refused");
  assert.deepEqual(world.wayOf(client), ["node-1", "node-2"]);
  assert.deepEqual(world.dispatcher.counts, { waiting: 1, held: { "node-1": 0, "node-2": 0 }, malformed: 0 });
  world.leave("node-1");
  assert.equal(world.at("node-2"), client);
});

test("connections wait while nobody is there, and come in their order", () => {
  const world = new DispatchWorld().join("node-1");
  world.leave("node-1");
  const clients = [world.connect(), world.connect()];
  assert.deepEqual([world.offers.length, world.dispatcher.counts.waiting], [0, 2]);
  world.join("node-2");
  assert.equal(world.at("node-2"), clients[0]);
  world.answer("node-2", "taken");
  assert.equal(world.at("node-2"), clients[1]);
});

test("a node that dies gives back what it has not taken, what it took is gone with it", () => {
  const world = new DispatchWorld(LEAST).join("node-1");
  const [taken, offered, queued] = [world.connect(), world.connect(), world.connect()];
  world.answer("node-1", "taken");
  world.join("node-2");
  world.die("node-1");
  assert.deepEqual([taken?.closed, world.wayOf(taken)], [1, ["node-1"]]);
  assert.equal(world.at("node-2"), offered);
  world.answer("node-2", "taken");
  assert.equal(world.at("node-2"), queued);
});

test("what others refused before and a dying node gives back is offered to all that are there", () => {
  const world = new DispatchWorld().join("node-1", "node-2");
  const client = world.connect();
  world.answer("node-1", "refused");
  world.die("node-2");
  assert.equal(world.at("node-1"), client);
});

test("a node that leaves gets nothing more, and takes or refuses what was on its way", () => {
  const world = new DispatchWorld(STICKY).join("node-1");
  const [offered, queued] = [world.connect(), world.connect()];
  world.join("node-2");
  world.leave("node-1");
  assert.equal(world.at("node-2"), queued);
  world.answer("node-2", "taken");
  world.answer("node-1", "refused");
  assert.equal(world.at("node-2"), offered);
});

test("nothing of a node stays behind: the news of its end may be followed by more", () => {
  const world = new DispatchWorld().join("node-1", "node-2");
  const client = world.connect();
  world.die("node-1");
  world.leave("node-1");
  world.dispatcher.hear("node-1", { type: "taken", number: 1 });
  world.dispatcher.hear("node-1", { type: "ended", count: 1 });
  world.dispatcher.note("node-1", 1);
  assert.deepEqual([world.at("node-2"), client.closed], [client, 0]);
});

test("the fewest connections count from the handing over to the end", () => {
  const world = new DispatchWorld(LEAST).join("node-1", "node-2");
  const first = world.place();
  const second = world.place();
  assert.notEqual(first, second);
  world.end(first);
  assert.equal(world.place(), first);
  world.place();
  world.connect();
  const [third = ""] = world.offered;
  world.answer(third, "taken", 2);
  assert.equal(world.place(), third, "what ended is told with what is taken");
  world.join("node-3");
  assert.equal(world.place(), "node-3");
});

test("least-connections: a node that stands still holds up one connection, the others go elsewhere in time", (t) => {
  const pass = clock(t);
  const world = new DispatchWorld(LEAST).join("node-1", "node-2");
  const clients = Array.from({ length: 6 }, () => world.connect());
  const stuck = world.at("node-1");
  while (world.at("node-2")) world.answer("node-2", "taken");
  assert.deepEqual(clients.filter(({ closed }) => closed === 1).length, 3);
  pass(world, PATIENCE_MS);
  while (world.at("node-2")) world.answer("node-2", "taken");
  assert.deepEqual(
    clients.filter(({ closed }) => closed === 0),
    [stuck],
  );
  assert.equal(world.place(), "node-2", "it gets none while it is slow");
  world.answer("node-1", "taken");
  assert.equal(world.place(), "node-1");
});

test("round-robin: while all are busy, connections wait for the first that is not, in the order in which they came", () => {
  const world = new DispatchWorld().join("node-1", "node-2");
  const clients = Array.from({ length: 6 }, () => world.connect());
  const stuck = world.at("node-1");
  for (const client of clients.slice(1)) {
    assert.equal(world.at("node-2"), client);
    world.answer("node-2", "taken");
  }
  assert.equal(stuck, clients[0]);
  assert.equal(world.place(), "node-2", "it gets none while it has not answered");
  world.answer("node-1", "taken");
  assert.equal(world.place(), "node-1");
});

test("a node that stands still is asked once for what it was sent last, and refuses what has not arrived", (t) => {
  const pass = clock(t);
  const world = new DispatchWorld().join("node-1");
  const client = world.connect();
  pass(world, PATIENCE_MS - 1);
  assert.equal(world.asked.length, 0);
  for (let round = 0; round < 4; round++) pass(world, PATIENCE_MS);
  assert.deepEqual(world.asked, [{ id: "node-1", number: world.offers[0]?.visit.number }]);
  world.join("node-2");
  world.answer("node-1", "refused");
  world.answer("node-2", "taken");
  assert.equal(client.closed, 1);
});

test("when all stand still, each connection waits for one of them", (t) => {
  const pass = clock(t);
  const world = new DispatchWorld().join("node-1", "node-2");
  const clients = Array.from({ length: 6 }, () => world.connect());
  for (let round = 0; round < 4; round++) pass(world, PATIENCE_MS);
  for (const id of ["node-1", "node-2"]) while (world.at(id)) world.answer(id, "taken");
  assert.ok(clients.every(({ closed }) => closed === 1));
});

test("sticky: a node that stands still holds up its own clients, however long, and nobody else's", (t) => {
  const pass = clock(t);
  const world = new DispatchWorld(STICKY).join("node-1", "node-2");
  const addresses = Array.from({ length: 40 }, (_, index) => `192.0.2.${index}`);
  const clients = addresses.map((address) => world.connect(new FakeClient(address)));
  const owners = addresses.map((address) => ownerOf(address));
  for (let round = 0; round < 4; round++) pass(world, PATIENCE_MS);
  while (world.at("node-2")) world.answer("node-2", "taken");
  assert.deepEqual(
    clients.map(({ closed }) => closed),
    owners.map((owner) => (owner === "node-2" ? 1 : 0)),
  );
  while (world.at("node-1")) world.answer("node-1", "taken");
  assert.ok(clients.every(({ closed }) => closed === 1));
});

test("a socket that is let go accepts no more, and what came from it and nobody has taken is closed", () => {
  const world = new DispatchWorld().join("node-1");
  const [offered, taken] = [new FakeClient(), new FakeClient()];
  world.place(taken);
  world.connect(offered);
  world.leave("node-1");
  const waiting = world.connect();
  world.dispatcher.remove(KEY);
  assert.deepEqual([world.acceptor.closed, waiting.closed, offered.closed], [1, 1, 0]);
  world.answer("node-1", "refused");
  assert.deepEqual([offered.closed, world.dispatcher.counts.waiting], [1, 0]);
  const again = new FakeAcceptor();
  world.dispatcher.add({ key: KEY, handle: again, origin: "bound" }, 511);
  world.dispatcher.rotate("node-1", "1", "in");
  assert.deepEqual(again.backlogs, [], "nobody takes what comes to another one of its name");
  world.join("node-1");
  assert.deepEqual(again.backlogs, [511]);
});

test("after the stop nothing is accepted, and it is over when all are taken", async () => {
  const world = new DispatchWorld().join("node-1");
  const clients = [world.connect(), world.connect()];
  const stopped = world.dispatcher.stop();
  assert.equal(world.acceptor.closed, 1);
  world.answer("node-1", "taken");
  world.answer("node-1", "taken");
  await stopped;
  assert.deepEqual(
    clients.map(({ closed }) => closed),
    [1, 1],
  );
});

test("without a connection on its way, the stop is over at once", async () => {
  const world = new DispatchWorld().join("node-1");
  world.place();
  await world.dispatcher.stop();
  world.join("node-2");
  assert.deepEqual([world.errors, world.acceptor.backlogs], [[], [511]]);
});

test("what nobody takes is closed a while after the stop, and nobody gets it any more", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const world = new DispatchWorld().join("node-1", "node-2");
  const refused = world.connect();
  world.answer("node-1", "refused");
  world.answer("node-2", "refused");
  const clients = [refused, ...Array.from({ length: 4 }, () => world.connect())];
  const stopped = world.dispatcher.stop();
  t.mock.timers.tick(1_000);
  await stopped;
  assert.deepEqual(world.dispatcher.counts.waiting, 0);
  const offered = world.offers.length;
  world.leave("node-1");
  for (const { id, visit } of world.offers) world.dispatcher.hear(id, { type: "taken", number: visit.number });
  world.die("node-2");
  assert.equal(world.offers.length, offered);
  assert.deepEqual(
    clients.map(({ closed }) => closed),
    [1, 1, 1, 1, 1],
  );
});

test("what is being read when the stop comes is handed over as far as it has come", async () => {
  const world = new DispatchWorld({ ...STICKY, stickyKey: () => "a" }).join("node-1");
  world.connect().receive("GET / HT");
  const stopped = world.dispatcher.stop();
  assert.equal(String(world.offers[0]?.visit.firstBytes), "GET / HT");
  world.answer("node-1", "taken");
  await stopped;
});

test("the head of a request is waited for, and read by nobody else", () => {
  const keys: string[] = [];
  const world = new DispatchWorld({ ...STICKY, stickyKey: ({ url }) => String(keys.push(url)) }).join("node-1");
  const client = world.connect();
  client.receive("GET /a HTTP/1.1\r\nHo");
  assert.deepEqual([world.offers.length, client.reading], [0, "yes"]);
  assert.equal(world.dispatcher.counts.waiting, 1, "what is being read has been accepted");
  client.receive("st: a\r\n\r\nPOST");
  assert.deepEqual([keys, client.reading], [["/a"], "no"]);
  assert.equal(String(world.offers[0]?.visit.firstBytes), "GET /a HTTP/1.1\r\nHost: a\r\n\r\nPOST");
});

test("what does not begin as a proxy's connection has to is closed and counted, what ends before is only closed", () => {
  const world = new DispatchWorld({ ...LEAST, proxyProtocol: true }).join("node-1");
  const [wrong, gone] = [world.connect(), world.connect()];
  wrong.receive("GET / HTTP/1.1\r\n");
  gone.receive();
  assert.deepEqual([wrong.closed, gone.closed, world.offers.length], [1, 1, 0]);
  assert.deepEqual(world.dispatcher.counts, { waiting: 0, held: { "node-1": 0 }, malformed: 1 });
});

test("only the proxies of the list are waited for, others are clients themselves", () => {
  const options = { ...LEAST, proxyProtocol: ["10.0.0.0/8", "fd00::1", "192.0.2.1"] };
  const world = new DispatchWorld(options).join("node-1");
  const proxies = ["10.1.2.3", "::ffff:10.1.2.3", "fd00::1", "192.0.2.1"];
  const others = ["11.1.2.3", "::ffff:11.1.2.3", "fd00::2", "192.0.2.2", "fe80::1%eth0", ""];
  for (const address of proxies) assert.equal(world.connect(new FakeClient(address)).reading, "yes", address);
  for (const address of others) assert.equal(world.place(new FakeClient(address)), "node-1", address);
});

test("a proxy's client is the client, for sticky too", () => {
  const world = new DispatchWorld({ ...STICKY, proxyProtocol: true }).join("node-1", "node-2");
  for (let index = 0; index < 20; index++) {
    const before = world.offers.length;
    world.connect().receive(`PROXY TCP4 192.0.2.${index} 198.51.100.1 4711 443\r\n`);
    const { id, visit } = world.offers[before] ?? assert.fail();
    world.answer(id, "taken");
    assert.deepEqual([id, visit.client.remoteAddress], [ownerOf(`192.0.2.${index}`), `192.0.2.${index}`]);
  }
});

test("a server of this process is one of those that take", () => {
  const world = new DispatchWorld(LEAST).join("node-1");
  const socket = world.dispatcher.ownSocket(KEY, LOCAL);
  world.dispatcher.rotate("master", "master", "in");
  world.dispatcher.hear("master", { type: "open", key: KEY });
  assert.ok(socket instanceof HandedSocket);
  assert.deepEqual([world.place(), world.place()], ["node-1", "node-1"], "no server listens there yet");
  const handles: unknown[] = [];
  socket.onconnection = (_status, handle) => handles.push(handle);
  const client = world.connect();
  assert.deepEqual([handles, client.closed], [[client], 0], "its handle is the server's");
  assert.equal(world.dispatcher.counts.waiting, 0);
});

test("a function sees how many connections a node has and how busy it says it is", () => {
  const seen: unknown[] = [];
  const balance = (_client: unknown, nodes: readonly Candidate[]): string => {
    seen.push(nodes);
    return "node-1";
  };
  const world = new DispatchWorld({ balance });
  world.join("node-1", "node-2").dispatcher.note("node-2", 0.75);
  world.place();
  world.place();
  assert.deepEqual(seen, [
    [
      { id: "node-1", connections: 0, utilization: 0 },
      { id: "node-2", connections: 0, utilization: 0.75 },
    ],
    [
      { id: "node-1", connections: 1, utilization: 0 },
      { id: "node-2", connections: 0, utilization: 0.75 },
    ],
  ]);
});

test("each socket's connections go to those that serve it", () => {
  const world = new DispatchWorld().join("node-1");
  const other = new FakeAcceptor();
  world.dispatcher.add({ key: "other", handle: other, origin: "bound" }, 7);
  assert.deepEqual(other.backlogs, []);
  world.dispatcher.hear("node-2", { type: "open", key: "other" });
  world.dispatcher.rotate("node-2", "2", "in");
  assert.deepEqual(other.backlogs, [7]);
  assert.deepEqual([world.place(), world.place()], ["node-1", "node-1"]);
  const client = other.accept(new FakeClient());
  assert.equal(world.at("node-2"), client);
});

/** Which of two nodes a client has under "sticky". */
function ownerOf(address: string): string {
  return new DispatchWorld(STICKY).join("node-1", "node-2").place(new FakeClient(address));
}

/** Lets the world's clock and the timers go on together. */
function clock(t: TestContext): (world: DispatchWorld, ms: number) => void {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  return (world, ms) => {
    world.clock += ms;
    t.mock.timers.tick(ms);
  };
}
