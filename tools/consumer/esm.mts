// What a user's ESM program says to the published types. It is compiled and loaded, but starts no node.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { type Channel, type FramedStream, type FrameStreamOptions, frameStream, listen } from "multi-node";

assert.equal(typeof listen, "function");
assert.equal(typeof frameStream, "function");

export function program(): void {
  const nodes = listen({ port: 8000, nodes: 4 }, createServer());
  const master: boolean = nodes.isMaster;
  nodes.on("node", (stream, peer) => {
    const options: FrameStreamOptions = { maxPayload: 1024 };
    const framed: FramedStream = frameStream(stream, options);
    framed.on("message", (value) => console.log(master, peer, value));
    framed.send({ foo: "bar" });
  });
  const lobby: Channel<{ text: string }> = nodes.channel("lobby");
  lobby.onmessage = ({ data }) => console.log(data.text.length);
  nodes.handle("add", ({ a, b }: { a: number; b: number }, { from, signal }) => [a + b, from.id, signal.aborted]);
  nodes.on("join", ({ id }) => void nodes.call<number>(id, "add", { a: 1, b: 2 }, { timeout: 1_000 }));
}
