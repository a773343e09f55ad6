// One client of the control socket: each request is carried out and ends once, whatever else the client does.
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import fc from "fast-check";
import type { Command } from "#src/control/commands.js";
import { MOST_WAITING } from "#src/control/outbox.js";
import { readRequest } from "#src/control/requests.js";
import { MOST_REQUESTS, Session } from "#src/control/session.js";
import { ControlError, StartError } from "#src/errors.js";
import { afterThisTurn, Deferred } from "#src/promises.js";
import type { Order, Tool } from "#src/protocol.js";
import { within } from "../../helpers/deadline.js";
import { duplexPair, type PairEnd, type PairOptions } from "../../helpers/duplex-pair.js";
import { FakeGoverned, INFO, linesIn } from "../../helpers/fake-governed.js";
import { RawControl } from "../../helpers/raw-control.js";

test("info tells what the master is, status what it says itself", async () => {
  const { client } = session();
  client.ask({ id: 1, command: "info" }, { id: "b", command: "status" });
  assert.deepEqual(await client.end(1), { id: 1, result: INFO });
  const { name, pid, script, cwd, since } = INFO;
  assert.deepEqual(await client.end("b"), {
    id: "b",
    result: { name, pid, script, cwd, since, nodes: [{ id: "node-1" }] },
  });
});

const ORDERS: [Command, Order][] = [
  [{ command: "reload" }, { type: "reload" }],
  [
    { command: "scale", nodes: 3 },
    { type: "resize", nodes: 3 },
  ],
  [
    { command: "restart", node: "node-2" },
    { type: "restart", node: "node-2" },
  ],
];

for (const [command, order] of ORDERS) {
  test(`${command.command} is ordered, and what becomes of nodes is told until it is done`, async () => {
    const { client, governed } = session();
    const done = new Deferred<void>();
    governed.done = done.promise;
    client.ask({ id: 1, ...command });
    await turns(() => governed.watchers === 1);
    const news = { type: "node", id: "node-3", place: 0, state: "serving" } as const;
    governed.tell(news);
    done.resolve();
    assert.deepEqual(await client.end(1), { id: 1, result: null });
    assert.deepEqual(governed.orders, [order]);
    assert.deepEqual(client.events(1), [news]);
    assert.equal(governed.watchers, 0);
  });
}

const TOOLS: [Command, Tool][] = [
  [{ command: "repl", node: "node-1" }, { name: "repl" }],
  [
    { command: "profile", node: "node-1", duration: 2_000, path: "/a" },
    { name: "profile", duration: 2_000, path: "/a" },
  ],
  [
    { command: "heap", node: "node-1", path: "/a" },
    { name: "heap", path: "/a" },
  ],
  [
    { command: "report", node: "node-1", path: "/a" },
    { name: "report", path: "/a" },
  ],
];

for (const [command, tool] of TOOLS) {
  test(`${command.command} is asked of the node, and its answer comes back`, async () => {
    const { client, governed } = session();
    governed.done = Promise.resolve({ path: "/a", bytes: 5 });
    client.ask({ id: 1, ...command });
    assert.deepEqual(await client.end(1), { id: 1, result: { path: "/a", bytes: 5 } });
    assert.deepEqual(governed.tools, [["node-1", tool]]);
  });
}

test("what the master refuses comes back with its code", async () => {
  const { client, governed } = session();
  governed.done = Promise.reject(new StartError("MN_ERR_RELOAD_FAILED", "no good"));
  governed.done.catch(() => {});
  client.ask({ id: 1, command: "reload" });
  assert.deepEqual(await client.end(1), { id: 1, error: { code: "MN_ERR_RELOAD_FAILED", message: "no good" } });
  assert.equal(governed.watchers, 0);
});

test("a result that is no JSON is an error, not the end of the master", async () => {
  const { client, governed } = session();
  governed.done = Promise.resolve({ bytes: 1n });
  client.ask({ id: 1, command: "repl", node: "node-1" });
  assert.ok("error" in (await client.end(1)));
});

const INSPECTION: [string, Tool][] = [
  ["node-1", { name: "inspect" }],
  ["node-1", { name: "end-inspect" }],
];

test("inspect tells the address and is in progress until the client goes: then the inspector is closed", async () => {
  const { client, governed } = session();
  governed.done = Promise.resolve({ url: "ws://here" });
  client.ask({ id: 1, command: "inspect", node: "node-1" });
  await client.until(() => client.events(1).length > 0, "the address is told");
  assert.deepEqual(client.events(1), [{ type: "inspector", url: "ws://here" }]);
  assert.deepEqual([client.ends(1), governed.tools], [[], INSPECTION.slice(0, 1)]);
  client.stream.destroy();
  await turns(() => governed.tools.length === 2);
  assert.deepEqual([governed.tools, governed.watchers], [INSPECTION, 0]);
});

test("inspect ends with its node, not with another", async () => {
  const { client, governed } = session();
  governed.done = Promise.resolve({ url: "ws://here" });
  client.ask({ id: 1, command: "inspect", node: "node-1" });
  await client.until(() => client.events(1).length > 0, "the address is told");
  for (const id of ["node-2", "node-1"]) {
    assert.deepEqual(client.ends(1), []);
    const how = { pid: 5, code: 0, signal: null, uptime: 1, reason: "drained", lastError: undefined } as const;
    governed.tell({ type: "exit", exit: { id, ...how } });
  }
  assert.deepEqual(await client.end(1), { id: 1, result: null });
});

test("an inspector that did not open in time is closed as soon as it has opened", async () => {
  const { client, governed } = session();
  governed.done = Promise.reject(new ControlError("MN_ERR_TOOL_FAILED", "node-1 does not answer"));
  governed.done.catch(() => {});
  client.ask({ id: 1, command: "inspect", node: "node-1" });
  assert.ok("error" in (await client.end(1)));
  assert.deepEqual(governed.tools, INSPECTION);
});

test("requests do not wait for each other", async () => {
  const { client, governed } = session();
  governed.done = new Promise(() => {});
  client.ask({ id: 1, command: "reload" }, { id: 2, command: "info" });
  assert.deepEqual(await client.end(2), { id: 2, result: INFO });
  assert.deepEqual(client.ends(1), []);
});

test("an id that is in progress is refused, and the request that has it goes on", async () => {
  const { client, governed } = session();
  const done = new Deferred<void>();
  governed.done = done.promise;
  client.ask({ id: 1, command: "reload" }, { id: 1, command: "info" });
  const refused = await client.end(null);
  assert.ok("error" in refused && refused.error.message.startsWith("id 1: a request of this id is in progress"));
  done.resolve();
  assert.deepEqual(await client.end(1), { id: 1, result: null });
  client.ask({ id: 1, command: "info" });
  await client.until(() => client.ends(1).length === 2, "the id is free again");
});

test("more requests than may be in progress are refused", async () => {
  const { client, governed } = session();
  governed.done = new Promise(() => {});
  client.ask(...Array.from({ length: MOST_REQUESTS + 1 }, (_, id) => ({ id, command: "reload" })));
  const refused = await client.end(MOST_REQUESTS);
  assert.ok("error" in refused && refused.error.code === "MN_ERR_CONTROL_REQUEST");
  assert.equal(governed.orders.length, MOST_REQUESTS);
});

test("blank lines are nothing, and a last line needs no end where the client ends its half", async () => {
  const { client } = session();
  client.stream.end('\n\r\n  \n{"id":1,"command":"info"}');
  assert.deepEqual(await client.end(1), { id: 1, result: INFO });
  await within(client.ended, "the connection ends");
  assert.equal(client.answers.length, 1);
});

test("a client that ends its half has its answers before the other half ends", async () => {
  const { client, governed } = session();
  const done = new Deferred<void>();
  governed.done = done.promise;
  client.ask({ id: 1, command: "reload" }).stream.end();
  await turns(() => governed.orders.length === 1);
  done.resolve();
  await within(client.ended, "the connection ends");
  assert.deepEqual(client.answers, [{ id: 1, result: null }]);
});

test("logs: the latest lines, as many as are asked for, of one process where it is named", async () => {
  const { client, governed } = session();
  for (const text of ["a", "b", "c"]) governed.feed.write("node-1", text);
  governed.feed.write("master", "d");
  client.ask({ id: 1, command: "logs" }, { id: 2, command: "logs", lines: 2 }, { id: 3, command: "logs", lines: 0 });
  client.ask({ id: 4, command: "logs", lines: 2, node: "node-1" }, { id: 5, command: "logs", node: "master" });
  for (const [id, texts] of [
    [1, ["a", "b", "c", "d"]],
    [2, ["c", "d"]],
    [3, []],
    [4, ["b", "c"]],
    [5, ["d"]],
  ] as const) {
    assert.deepEqual(await client.end(id), { id, result: null });
    assert.deepEqual(linesIn(client.events(id)).texts, texts);
  }
});

test("logs of a node that is not there, and of which there are no lines, are refused", async () => {
  const { client } = session();
  client.ask({ id: 1, command: "logs", node: "node-7" }, { id: 2, command: "logs", node: "node-1" });
  assert.deepEqual(await client.end(1), {
    id: 1,
    error: { code: "MN_ERR_NO_SUCH_NODE", message: "node-7 is not there: there are master, node-1" },
  });
  assert.deepEqual(await client.end(2), { id: 2, result: null });
});

test("logs with follow go on with what comes, none lost in between, until the client goes", async () => {
  const { client, governed } = session();
  governed.feed.write("node-1", "before");
  client.ask({ id: 1, command: "logs", follow: true, node: "node-1" });
  await turns(() => governed.feed.followers.size === 1);
  for (const [node, text] of [
    ["node-1", "a"],
    ["node-2", "of another"],
    ["node-1", "b"],
  ] as const) {
    governed.feed.write(node, text);
  }
  await client.until(() => linesIn(client.events(1)).texts.length === 3, "three lines come");
  assert.deepEqual(linesIn(client.events(1)), { texts: ["before", "a", "b"], skipped: 0 });
  client.stream.destroy();
  await turns(() => governed.feed.followers.size === 0);
});

test("following ends with the half of a client, too", async () => {
  const { client, governed } = session();
  client.ask({ id: 1, command: "logs", follow: true }).stream.end();
  await within(client.ended, "the connection ends");
  assert.deepEqual(client.answers, [{ id: 1, result: null }]);
  assert.equal(governed.feed.followers.size, 0);
});

test("a client that does not read its logs has lines left out and counted, and the order kept", async () => {
  const { client, governed, far } = session();
  client.ask({ id: 1, command: "logs", follow: true });
  await turns(() => governed.feed.followers.size === 1);
  client.stream.pause();
  const lines = 400;
  for (let number = 0; number < lines; number++) governed.feed.write("node-1", `${number} ${"x".repeat(64 * 1024)}`);
  assert.ok(far.writableLength < MOST_WAITING);
  client.stream.resume();
  const told = (): number => linesIn(client.events(1)).texts.length + linesIn(client.events(1)).skipped;
  await client.until(() => told() === lines, "each line has come or is counted");
  const { texts, skipped } = linesIn(client.events(1));
  assert.ok(skipped > 0 && texts.length > 50);
  const numbers = texts.map((text) => Number.parseInt(text, 10));
  assert.deepEqual(numbers, Array.from(numbers.keys()), "those that came are the first");
  governed.feed.write("node-1", "next");
  await client.until(() => linesIn(client.events(1)).texts.at(-1) === "next", "it goes on");
});

test("a client that reads nothing at all is cut off before too much waits for it", async () => {
  const { client, governed, far } = session();
  const done = new Deferred<unknown>();
  governed.done = done.promise;
  for (let id = 0; id < 50; id++) client.ask({ id, command: "repl", node: "node-1" });
  await turns(() => governed.tools.length === 50);
  client.stream.pause();
  const closed = once(far, "close");
  done.resolve({ path: "x".repeat(1024 * 1024) });
  await within(closed, "the connection is cut");
});

test("a client that reads nothing has no more of its requests read", async () => {
  const { client, governed, far } = session();
  client.stream.pause();
  for (let id = 0; id < 5_000; id++) client.ask({ id, command: "status" });
  await turns(() => far.isPaused());
  const before = governed.orders.length;
  for (let turn = 0; turn < 50; turn++) await afterThisTurn();
  assert.equal(governed.orders.length, before);
  client.stream.resume();
  await client.until(() => client.answers.length === 5_000, "each request is answered");
});

test("at the end what is in progress is refused, and what is done is answered", async () => {
  const { client, governed, session: one } = session();
  governed.done = new Promise(() => {});
  client.ask({ id: 1, command: "reload" }, { id: 2, command: "stop" }, { id: 3, command: "logs", follow: true });
  await turns(() => governed.feed.followers.size === 1);
  governed.stopped.resolve();
  one.finish();
  await afterThisTurn();
  one.end();
  await within(client.ended, "the connection ends");
  assert.deepEqual(client.ends(2), [{ id: 2, result: null }]);
  assert.deepEqual(client.ends(3), [{ id: 3, result: null }]);
  assert.deepEqual(client.ends(1), [{ id: 1, error: { code: "MN_ERR_CLOSED", message: "the service has ended" } }]);
});

test("property: any bytes in any chunks harm nothing, and each request that is taken ends exactly once", async () => {
  const command = fc.oneof(
    fc.constantFrom<object>({ command: "info" }, { command: "status" }, { command: "reload" }, { command: "logs" }),
    fc.constantFrom<object>({ command: "inspect", node: "node-1" }, { command: "scale", nodes: 2 }, { command: "x" }),
  );
  const piece = fc.oneof(
    { weight: 3, arbitrary: command.map((value) => ({ request: value })) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => ({ bytes: Buffer.from(bytes) })) },
    { weight: 1, arbitrary: fc.jsonValue().map((value) => ({ bytes: Buffer.from(JSON.stringify(value)) })) },
  );
  const pieces = fc.array(piece, { maxLength: 30 });
  const chunkSizes = fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(pieces, chunkSizes, async (sent, sizes) => {
      const { client, governed } = session({ chunkSizes: sizes });
      governed.done = Promise.reject(new ControlError("MN_ERR_TOOL_FAILED", "no"));
      governed.done.catch(() => {});
      const lines = sent.map((one, id) =>
        "bytes" in one ? one.bytes : Buffer.from(JSON.stringify({ ...one.request, id })),
      );
      client.stream.end(Buffer.concat(lines.flatMap((line) => [line, Buffer.from("\n")])));
      await within(client.ended, "the connection ends");
      for (const [id, one] of sent.entries()) {
        if ("request" in one) assert.equal(client.ends(id).length, 1, JSON.stringify(one.request));
      }
      const wrong = lines.flatMap((line) => line.toString("latin1").split("\n")).filter(isRefused);
      assert.ok(client.answers.filter((answer) => "error" in answer).length >= wrong.length);
    }),
    { numRuns: 60 },
  );
});

function isRefused(line: string): boolean {
  return line.trim() !== "" && "error" in readRequest(Buffer.from(line, "latin1"));
}

function session(options: PairOptions = {}): {
  client: RawControl;
  governed: FakeGoverned;
  far: PairEnd;
  session: Session;
} {
  const [near, far] = duplexPair(options);
  const governed = new FakeGoverned();
  return { client: new RawControl(near), governed, far, session: new Session(far, governed, INFO) };
}

/** Resolves when the condition, asked in each turn of the event loop, holds. */
async function turns(condition: () => boolean): Promise<void> {
  const held = (async () => {
    while (!condition()) await afterThisTurn();
  })();
  await within(held, `it holds: ${condition}`);
}
