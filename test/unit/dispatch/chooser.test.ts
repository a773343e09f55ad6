// Who gets a connection, as the option says; and what decides where a function of the program's does not.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type BalanceOptions, completeBalance } from "#src/balance-options.js";
import type { Candidate, Client } from "#src/balance/candidates.js";
import type { RequestHead } from "#src/balance/request-head.js";
import { Chooser } from "#src/dispatch/chooser.js";
import { Seat } from "#src/dispatch/seat.js";
import { Visit } from "#src/dispatch/visit.js";
import { afterThisTurn } from "#src/promises.js";
import { FakeClient } from "../../helpers/fake-handles.js";

const HEAD = "GET /?sid=7 HTTP/1.1\r\nHost: a\r\n\r\n";

test("round-robin: in turn, whoever is there", () => {
  const { choose } = make({ balance: "round-robin" }, 0, 0, 0);
  assert.deepEqual([choose(), choose(), choose(), choose()], ["node-1", "node-2", "node-3", "node-1"]);
});

test("least-connections: the fewest, and of equals each in turn", () => {
  const { choose } = make({ balance: "least-connections" }, 2, 1, 1);
  const chosen = new Set([choose(), choose()]);
  assert.deepEqual(chosen, new Set(["node-2", "node-3"]));
});

test("sticky: the same address, the same node; different ones are spread", () => {
  const { choose } = make({ balance: "sticky" }, 0, 0, 0);
  const addresses = Array.from({ length: 100 }, (_, index) => `192.0.2.${index}`);
  const chosen = addresses.map((address) => choose({ address }));
  assert.deepEqual(
    addresses.map((address) => choose({ address })),
    chosen,
  );
  assert.equal(new Set(chosen).size, 3);
});

test("sticky: the port does not matter, nor the second half of an IPv6 address", () => {
  const { choose } = make({ balance: "sticky" }, 0, 0, 0);
  assert.equal(choose({ address: "192.0.2.1", port: 1 }), choose({ address: "192.0.2.1", port: 2 }));
  for (let net = 0; net < 20; net++) {
    const [one, other] = ["1", "dead:beef:2"].map((host) => choose({ address: `2001:db8:0:${net}::${host}` }));
    assert.equal(one, other);
  }
});

test("sticky: a key that is the id of a node means that node, however its place is hashed", () => {
  const { choose } = make({ balance: "sticky", stickyKey: ({ url }) => url.slice(1) }, 0, 0, 0);
  const ask = (key: string): string | undefined => choose({ text: `GET /${key} HTTP/1.1\r\nHost: a\r\n\r\n` });
  assert.deepEqual(["node-1", "node-2", "node-3"].map(ask), ["node-1", "node-2", "node-3"]);
  assert.equal(ask("node-9"), ask("node-9"), "one that is gone is a key like any other");
});

test("stickyCookie: the slot that it names; without it, or where nobody has that slot, the fewest connections", () => {
  const { choose } = make({ balance: "sticky", stickyCookie: "node" }, 2, 1, 2);
  const ask = (cookie: string): string | undefined => choose({ text: `GET / HTTP/1.1\r\n${cookie}\r\n` });
  assert.deepEqual(
    ["1", "2", "3"].map((slot) => ask(`Cookie: a=b; node=${slot}\r\n`)),
    ["node-1", "node-2", "node-3"],
  );
  assert.deepEqual(["", "Cookie: other=1\r\n", "Cookie: node=9\r\n"].map(ask), ["node-2", "node-2", "node-2"]);
});

test("stickyCookie: what is no HTTP/1 goes by its address", () => {
  const { choose, chooser } = make({ balance: "sticky", stickyCookie: "node" }, 2, 0, 2);
  assert.equal(chooser.first, "head");
  const addresses = Array.from({ length: 50 }, (_, index) => `192.0.2.${index}`);
  for (const text of ["\x16\x03\x01", undefined]) {
    const chosen = addresses.map((address) => choose({ address, ...(text !== undefined && { text }) }));
    assert.equal(new Set(chosen).size, 3);
    assert.deepEqual(
      chosen,
      addresses.map((address) => choose({ address })),
    );
  }
});

test("sticky: two nodes of one place are one, and the older of them has its clients", () => {
  const { choose, seats } = make({ balance: "sticky" }, 0, 0);
  const before = choose({ address: "192.0.2.9" });
  const successor = seat("node-3", 0);
  successor.place = seats.find(({ id }) => id === before)?.place ?? "";
  seats.push(successor);
  assert.equal(choose({ address: "192.0.2.9" }), before);
  seats.splice(
    seats.findIndex(({ id }) => id === before),
    1,
  );
  assert.equal(choose({ address: "192.0.2.9" }), "node-3");
});

test("stickyKey: reads the head, and what it returns is the client", () => {
  const heads: RequestHead[] = [];
  const { choose } = make({ balance: "sticky", stickyKey: (head) => remember(heads, head).query("sid") }, 0, 0, 0);
  const chosen = ["192.0.2.1", "192.0.2.2", "192.0.2.3"].map((address) => choose({ address, text: HEAD }));
  assert.equal(new Set(chosen).size, 1);
  assert.deepEqual([heads.length, heads[0]?.url, heads[0]?.headers["host"]], [3, "/?sid=7", "a"]);
});

test("stickyKey: undefined, no HTTP and nothing at all leave it to the address, and are no failure", () => {
  const { choose, logged } = make({ balance: "sticky", stickyKey: () => undefined }, 0, 0, 0);
  const byAddress = make({ balance: "sticky" }, 0, 0, 0).choose;
  for (const text of [HEAD, "\x16\x03\x01", "", undefined]) {
    for (const address of ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"]) {
      assert.equal(choose({ address, text }), byAddress({ address }));
    }
  }
  assert.deepEqual(logged, []);
});

const FAILURES: [how: string, failing: () => unknown, why: RegExp][] = [
  ["throws", () => raise(new Error("no database")), /once only: Error: no database\n +at /],
  ["throws no error", () => raise("no database"), /once only: no database$/],
  ["returns nonsense", () => 7, /TypeError: it returned number, .* is taken/],
  ["returns a promise", () => Promise.resolve("node-1"), /TypeError: it returned a promise, /],
  ["returns a promise that fails", () => Promise.reject(new Error("too late")), /TypeError: it returned a promise, /],
];

for (const [how, failing, why] of FAILURES) {
  test(`stickyKey that ${how} is told of once, and the address decides`, async (t) => {
    const rejections = unhandled(t);
    const { choose, logged } = make({ balance: "sticky", stickyKey: failing as never }, 0, 0, 0);
    const byAddress = make({ balance: "sticky" }, 0, 0, 0).choose;
    for (const address of ["192.0.2.1", "192.0.2.2", "192.0.2.3"]) {
      assert.equal(choose({ address, text: HEAD }), byAddress({ address }));
    }
    assert.equal(logged.length, 1);
    assert.match(logged[0] ?? "", /^the function stickyKey failed, and the client's address decides/);
    assert.match(logged[0] ?? "", why);
    await afterThisTurn();
    assert.deepEqual(rejections, []);
  });

  test(`a function that ${how} is told of once, and least-connections decides`, async (t) => {
    const rejections = unhandled(t);
    const { choose, logged } = make({ balance: failing as never }, 1, 0, 1);
    assert.deepEqual([choose(), choose(), choose()], ["node-2", "node-2", "node-2"]);
    assert.equal(logged.length, 1);
    assert.match(logged[0] ?? "", /^the function balance failed, and least-connections decides/);
    assert.match(logged[0] ?? "", why);
    await afterThisTurn();
    assert.deepEqual(rejections, []);
  });
}

test("a function sees who comes and who may get it, and chooses by id or by the node itself", () => {
  const seen: [Client, readonly Candidate[]][] = [];
  const options: BalanceOptions = {
    balance: (client, nodes) => {
      seen.push([client, nodes]);
      return seen.length === 1 ? "node-2" : nodes[0];
    },
  };
  const { choose, seats, logged } = make(options, 3, 1);
  if (seats[0]) seats[0].utilization = 0.25;
  assert.deepEqual([choose({ text: "hi" }), choose()], ["node-2", "node-1"]);
  assert.deepEqual(seen[0], [
    {
      remoteAddress: "192.0.2.1",
      remotePort: 1_000,
      localAddress: "127.0.0.1",
      localPort: 80,
      firstBytes: Buffer.from("hi"),
    },
    [
      { id: "node-1", connections: 3, utilization: 0.25 },
      { id: "node-2", connections: 1, utilization: 0 },
    ],
  ]);
  assert.deepEqual(logged, []);
});

test("only who is asked for the first bytes waits for them", () => {
  const wants = (options: BalanceOptions): string => make(options).chooser.first;
  const balance = (): undefined => undefined;
  assert.deepEqual(
    [wants({ balance: "sticky" }), wants({ balance }), wants({ balance: "round-robin" })],
    ["nothing", "nothing", "nothing"],
  );
  assert.equal(wants({ balance, peek: true }), "bytes");
  assert.equal(wants({ balance: "sticky", stickyKey: () => "a" }), "head");
});

interface Come {
  address?: string;
  port?: number;
  text?: string | undefined;
}

interface Made {
  chooser: Chooser;
  seats: Seat[];
  logged: string[];
  choose: (come?: Come) => string | undefined;
}

/** Nodes that have so many connections each. */
function make(options: BalanceOptions, ...connections: number[]): Made {
  const logged: string[] = [];
  const chooser = new Chooser(completeBalance(options), (line) => logged.push(line));
  const seats = connections.map((count, index) => seat(`node-${index + 1}`, count));
  const choose = ({ address, port, text }: Come = {}): string | undefined => {
    const firstBytes = text === undefined ? undefined : Buffer.from(text, "latin1");
    const visit = new Visit(1, "any", new FakeClient(address, port), { firstBytes, proxied: undefined });
    return chooser.choose(visit, seats)?.id;
  };
  return { chooser, seats, logged, choose };
}

function seat(id: string, connections: number): Seat {
  const made: Seat = new Seat(id, { offer: ({ number }) => void made.take(number), taken: () => {} }, () => 0);
  made.place = id.replace("node-", "");
  for (let number = 1; number <= connections; number++) {
    made.give(new Visit(number, "any", new FakeClient(), { firstBytes: undefined, proxied: undefined }));
  }
  return made;
}

function remember<Value>(all: Value[], one: Value): Value {
  all.push(one);
  return one;
}

function raise(error: unknown): never {
  throw error;
}

/** What a promise failed with and nobody heard. */
function unhandled(t: TestContext): unknown[] {
  const errors: unknown[] = [];
  const previous = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", (error) => errors.push(error));
  t.after(() => {
    process.removeAllListeners("unhandledRejection");
    for (const listener of previous) process.on("unhandledRejection", listener);
  });
  return errors;
}
