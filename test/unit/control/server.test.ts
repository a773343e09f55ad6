// The control socket itself: where it is, who is let in, and that it goes when the service does.
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { CONTROL_SOCKET } from "#src/control/commands.js";
import { ControlServer, MOST_CLIENTS } from "#src/control/server.js";
import { afterThisTurn, Deferred } from "#src/promises.js";
import { eventually, within } from "../../helpers/deadline.js";
import { temporaryFolder } from "../../helpers/environment.js";
import { FakeGoverned, INFO } from "../../helpers/fake-governed.js";
import { RawControl } from "../../helpers/raw-control.js";

test("the socket and what is known of the service are this user's alone", async (t) => {
  const { governed } = await open(t);
  assert.deepEqual(readdirSync(governed.folder).sort(), [CONTROL_SOCKET, "service.json"]);
  for (const name of readdirSync(governed.folder))
    assert.equal(statSync(join(governed.folder, name)).mode & 0o777, 0o600);
  const { version, ...card } = JSON.parse(readFileSync(join(governed.folder, "service.json"), "utf8"));
  const { version: _, ...info } = INFO;
  assert.deepEqual(card, info);
  assert.match(version, /^\d+\.\d+\.\d+/);
});

test("info answers what the file says", async (t) => {
  const { governed } = await open(t);
  const client = await visit(t, governed);
  const card = JSON.parse(readFileSync(join(governed.folder, "service.json"), "utf8"));
  assert.deepEqual(await client.ask({ id: 1, command: "info" }).end(1), { id: 1, result: card });
});

test("clients do not hear of each other, and garbage of one is no harm to others", async (t) => {
  const { governed } = await open(t);
  const [one, other] = [await visit(t, governed), await visit(t, governed)];
  one.stream.write(Buffer.alloc(3 * 1024 * 1024, 0xff));
  other.ask({ id: 1, command: "info" });
  await other.end(1);
  one.stream.write("\n");
  one.ask({ id: 2, command: "info" });
  await one.end(2);
  assert.equal(one.ends(null).length, 1);
  assert.equal(other.answers.length, 1);
});

test("more clients than are taken are told so, and there is room again when one goes", async (t) => {
  const { governed } = await open(t);
  const clients = await Promise.all(Array.from({ length: MOST_CLIENTS }, () => visit(t, governed)));
  await Promise.all(clients.map((client) => client.ask({ id: 1, command: "info" }).end(1)));
  const refused = await visit(t, governed);
  const answer = await refused.end(null);
  assert.ok("error" in answer && answer.error.code === "MN_ERR_CONTROL_REQUEST");
  await within(refused.ended, "it is let go");
  clients[0]?.stream.destroy();
  await eventually(async () => {
    const next = await visit(t, governed);
    next.ask({ id: 1, command: "info" });
    await next.until(() => next.answers.length > 0, "it is answered");
    return next.ends(1).length === 1;
  }, "there is room");
});

test("at the end clients have their last answers, and the socket is gone", async (t) => {
  const { governed } = await open(t);
  const [stops, follows, idle] = [await visit(t, governed), await visit(t, governed), await visit(t, governed)];
  stops.ask({ id: 1, command: "stop" });
  follows.ask({ id: 1, command: "logs", follow: true });
  await eventually(() => governed.watchers === 1 && governed.feed.followers.size === 1, "both are heard");
  await within(governed.end(), "it ends");
  await Promise.all([stops, follows, idle].map(({ ended }) => within(ended, "the connection ends")));
  assert.deepEqual(stops.answers, [{ id: 1, result: null }]);
  assert.deepEqual(follows.answers, [{ id: 1, result: null }]);
  assert.deepEqual(idle.answers, []);
  assert.ok(!existsSync(join(governed.folder, CONTROL_SOCKET)));
});

test("a client that does not read holds the end up for a second at most", async (t) => {
  const { governed } = await open(t);
  const client = await visit(t, governed);
  governed.feed.write("node-1", "x".repeat(4 * 1024 * 1024));
  client.stream.pause();
  client.ask({ id: 1, command: "logs", follow: true });
  await eventually(() => governed.feed.followers.size === 1, "it is heard");
  await within(governed.end(), "it ends", 10_000);
});

test("once another master has taken over, nobody finds this one, and those who have may stay", async (t) => {
  const { governed } = await open(t);
  const client = await visit(t, governed);
  await client.ask({ id: 1, command: "info" }).end(1);
  governed.ending?.succeeded();
  await eventually(() => !existsSync(join(governed.folder, CONTROL_SOCKET)), "the socket goes");
  await client.ask({ id: 2, command: "info" }).end(2);
  await within(governed.end(), "it ends");
});

test("a master that is to replace another has no socket before it serves, and none where it does not come to that", async (t) => {
  const governed = new FakeGoverned(temporaryFolder(t));
  const charge = new Deferred<void>();
  governed.charge = charge.promise;
  const opened = new ControlServer(governed).open();
  await afterThisTurn();
  assert.deepEqual(readdirSync(governed.folder), []);
  charge.reject(new Error("it did not serve"));
  await opened;
  assert.deepEqual([readdirSync(governed.folder), governed.logged], [[], []]);
});

test("a service that ends before the socket is there gets none", async (t) => {
  const governed = new FakeGoverned(temporaryFolder(t));
  const opened = new ControlServer(governed).open();
  await governed.end();
  await opened;
  assert.deepEqual(readdirSync(governed.folder), []);
});

test("without a control socket the service is as good, and the log says so", async (t) => {
  const governed = new FakeGoverned(temporaryFolder(t));
  mkdirSync(join(governed.folder, CONTROL_SOCKET));
  await new ControlServer(governed).open();
  assert.match(governed.logged.join(), /^there is no control socket, so this service cannot be steered: .*EADDRINUSE/);
  await governed.end();
});

test("without room for service.json the socket answers all the same, and the log says what that means", async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "service.json"));
  const governed = new FakeGoverned(folder);
  await new ControlServer(governed).open();
  t.after(() => governed.end());
  assert.match(governed.logged.join(), /^commands do not find this service while its master hangs, .*: EISDIR/);
  const client = await visit(t, governed);
  assert.ok("result" in (await client.ask({ id: 1, command: "info" }).end(1)));
});

test("the log says so too where the master cannot tell what it is", async (t) => {
  const governed = new FakeGoverned(temporaryFolder(t));
  governed.order = () => Promise.reject(new Error("it is not known"));
  await new ControlServer(governed).open();
  assert.match(governed.logged.join(), /^there is no control socket, .*: it is not known$/);
});

async function open(t: TestContext): Promise<{ governed: FakeGoverned }> {
  const governed = new FakeGoverned(temporaryFolder(t));
  await new ControlServer(governed).open();
  t.after(() => governed.end());
  return { governed };
}

async function visit(t: TestContext, { folder }: FakeGoverned): Promise<RawControl> {
  const socket = connect(join(folder, CONTROL_SOCKET));
  t.after(() => socket.destroy());
  await once(socket, "connect");
  return new RawControl(socket);
}
