// The service of a hosted program, for the first of its copies of this package that asks.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { listen } from "#src/listen.js";
import { takeHosted } from "#src/this-service.js";
import { fakeNodes } from "../helpers/fake-role.js";

const HOSTED = Symbol.for("multi-node.hosted");

test("who is hosted by nobody has no service", () => {
  assert.equal(takeHosted(), undefined);
});

test("listen() of a hosted program gives the service that runs it, with a port more; once", () => {
  const { nodes, role } = fakeNodes("node-1", createServer());
  Object.assign(globalThis, { [HOSTED]: nodes });
  const server = createServer();
  assert.equal(listen({ port: 8_000, nodes: 9, balance: "sticky" }, server), nodes);
  const port = { port: 8_000, host: undefined, ipv6Only: false, backlog: 511 };
  assert.deepEqual(role.listens.at(-1), [port, server]);
  role.address = "there";
  assert.equal(nodes.address(), "there");
  assert.throws(() => listen({ port: 0 }, createServer()), { code: "MN_ERR_ALREADY_LISTENING" });
  assert.throws(() => listen({ port: -1 }, createServer()), { code: "MN_ERR_OPTION" });
});
