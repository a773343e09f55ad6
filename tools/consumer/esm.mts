// What a user's ESM program says to the published types. It is compiled and loaded, but starts no node.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { frameStream, listen } from "multi-node";

assert.equal(typeof listen, "function");
assert.equal(typeof frameStream, "function");

export function program(): void {
  const nodes = listen({ port: 8000, nodes: 4 }, createServer());
  const master: boolean = nodes.isMaster;
  nodes.on("node", (stream, peer) => {
    const framed = frameStream(stream);
    framed.on("message", (value) => console.log(master, peer, value));
    framed.send({ foo: "bar" });
  });
}
