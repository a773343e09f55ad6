// What a user's CommonJS program says to the published types. It is compiled and loaded, but starts no node.

import assert = require("node:assert/strict");
import net = require("node:net");
import multiNode = require("multi-node");

assert.equal(typeof multiNode.listen, "function");
assert.equal(typeof multiNode.frameStream, "function");

export function program(): void {
  const nodes = multiNode.listen({ port: 8000 }, net.createServer());
  const id: string = nodes.id;
  nodes.on("node", (stream) => multiNode.frameStream(stream).send(id));
}
