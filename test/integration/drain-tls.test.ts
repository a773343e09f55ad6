// What a node that drains does with connections in their TLS handshake, and with those of no protocol that it knows.
import { connect } from "node:net";
import { test } from "node:test";
import { connect as connectTls } from "node:tls";
import { ca, DrainingNode } from "../helpers/clients/draining-node.js";
import { HeldBack } from "../helpers/clients/held-back.js";
import { RawClient } from "../helpers/clients/raw.js";

/** Milliseconds: longer than a test waits for anything. */
const LATER = 120_000;

for (const kind of ["https", "tls"]) {
  test(`${kind}: a TLS handshake that has begun is finished and served`, async (t) => {
    const node = await DrainingNode.start(t, kind);
    const wire = new HeldBack(connect(node.port, "127.0.0.1"));
    wire.holdOutgoing(10);
    const client = new RawClient(connectTls({ socket: wire, ca, servername: "localhost" }));
    t.after(() => client.socket.destroy());
    await wire.held();
    await node.accepted();
    const idle = kind === "https" ? await node.used() : undefined;
    await node.drain();
    await idle?.ends();
    wire.release();
    client.ask("/", "hi");
    await client.until(new RegExp(`${node.pid} [^]*hi`));
    client.socket.end();
    await node.ends();
  });

  test(`${kind}: a TLS handshake that never goes on is cut at the deadline`, async (t) => {
    const node = await DrainingNode.start(t, kind, { drainTimeout: 300 });
    const client = await RawClient.open(t, node.port);
    client.send("\x16\x03\x01");
    await node.accepted();
    await node.drain();
    await client.ends();
    await node.ends(1);
  });

  test(`${kind}: a connection whose client never speaks is ended, long before the deadline`, async (t) => {
    const node = await DrainingNode.start(t, kind, { drainTimeout: LATER });
    const client = await RawClient.open(t, node.port);
    await node.accepted();
    await node.drain();
    await client.ends();
    await node.ends();
  });
}

test("https: a connection whose client asks for nothing is ended, long before the deadline", async (t) => {
  const node = await DrainingNode.start(t, "https", { drainTimeout: LATER });
  const client = await RawClient.open(t, node.port, { ca });
  await node.accepted();
  await node.drain();
  await client.ends();
  await node.ends();
});

for (const kind of ["net", "tls"]) {
  test(`${kind}: a connection is the program's and the client's until the deadline`, async (t) => {
    const node = await DrainingNode.start(t, kind);
    const client = await RawClient.open(t, node.port, kind === "tls" ? { ca } : undefined);
    await client.send("before").until(/before/);
    await node.drain();
    await client.send("after").until(/after/);
    client.socket.end();
    await node.ends();
  });
}
