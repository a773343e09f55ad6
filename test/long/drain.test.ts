// What a node that drains does with each connection of HTTP/1, whatever its client is just doing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { WebSocket } from "ws";
import { DrainingNode } from "../helpers/clients/draining-node.js";
import { within } from "../helpers/deadline.js";

const LONG = 30_000;

for (const kind of ["http", "https", "http2s"] as const) {
  test(`${kind}: an idle connection ends in order, after the grace that its client was told`, async (t) => {
    const node = await DrainingNode.start(t, kind);
    const client = await node.used();
    await node.drain();
    assert.equal(await client.ends(), "end");
    await node.ends();
  });

  test(`${kind}: a request on an open connection is answered by the same node, as the last one`, async (t) => {
    const node = await DrainingNode.start(t, kind, { grace: LONG });
    const client = await node.used();
    await node.drain();
    client.ask("/", "one more");
    await client.until(new RegExp(`Connection: close\\r\\n[^]*${node.pid} one more`));
    assert.equal(await client.ends(), "end");
    await node.ends();
  });

  test(`${kind}: a response for which the program says keep-alive itself, as proxies do, ends the connection too`, async (t) => {
    const node = await DrainingNode.start(t, kind, { grace: LONG });
    const client = await node.used();
    await node.drain();
    client.ask("/as-proxy", "hi");
    await client.until(new RegExp(`Connection: close\\r\\n[^]*${node.pid} hi`));
    assert.equal(await client.ends(), "end");
    await node.ends();
  });

  test(`${kind}: half a request head is a request in flight`, async (t) => {
    const node = await DrainingNode.start(t, kind);
    const [client, idle] = [await node.used(), await node.used()];
    client.send("POST / HTTP/1.1\r\nHost: a\r\nConte");
    await node.drain();
    assert.equal(await idle.ends(), "end", "the grace is over");
    client.send("nt-Length: 2\r\n\r\nhi");
    await client.until(new RegExp(`Connection: close\\r\\n[^]*${node.pid} hi`));
    await node.ends();
  });

  test(`${kind}: half a request body is a request in flight`, async (t) => {
    const node = await DrainingNode.start(t, kind);
    const [client, idle] = [await node.used(), await node.used()];
    client.send("POST /half HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nhalf");
    await node.asked("/half");
    await node.drain();
    assert.equal(await idle.ends(), "end", "the grace is over");
    client.send("half");
    await client.until(new RegExp(`Connection: close\\r\\n[^]*${node.pid} halfhalf`));
    await node.ends();
  });

  test(`${kind}: an answer that does not wait for the body arrives whole, and the body is taken`, async (t) => {
    const node = await DrainingNode.start(t, kind);
    const client = await node.used();
    // Begun before, so that no grace can end meanwhile.
    client.send("POST /refuse HTTP/1.1\r\nHost: a\r\nConte");
    await node.drain();
    client.send("nt-Length: 4000000\r\n\r\n");
    await client.until(/413 [^]*Connection: close\r\n[^]*too large/);
    const sent = new Promise<unknown>((resolve) =>
      client.socket.write("x".repeat(4_000_000), (error) => resolve(error ?? null)),
    );
    assert.equal(await client.ends(), "end");
    assert.equal(await within(sent, "the body is taken"), null);
    await node.ends();
  });
}

test("requests that were sent together are all answered, and only the last answer says that it is", async (t) => {
  const node = await DrainingNode.start(t, "http");
  const client = await node.used();
  client.ask("/slow", "a").ask("/slow", "b").ask("/slow", "c");
  await node.asked("/slow", 3);
  await node.drain();
  assert.equal(await client.ends(), "end");
  const answers = client.received.split("HTTP/1.1").slice(2);
  assert.deepEqual(
    answers.map((text) => text.includes("Connection: close")),
    [false, false, true],
  );
  assert.deepEqual(
    answers.map((text) => text.at(-1)),
    ["a", "b", "c"],
  );
  await node.ends();
});

test("requests that are sent together while the node drains are all answered", async (t) => {
  const node = await DrainingNode.start(t, "http");
  const client = await node.used();
  await node.drain();
  client.socket.cork();
  client.ask("/slow", "a").ask("/slow", "b");
  client.socket.uncork();
  assert.equal(await client.ends(), "end");
  assert.match(client.received, /\d a[^]*Connection: close[^]*\d b$/);
  await node.ends();
});

test("an event stream goes on until the program ends it", async (t) => {
  const node = await DrainingNode.start(t, "http", { endsStreams: true });
  const client = await node.connect();
  client.ask("/stream");
  await client.until(/hello/);
  await node.drain();
  await client.until(/bye/);
  await node.ends();
});

test("an event stream that the program does not end is cut at the deadline", async (t) => {
  const node = await DrainingNode.start(t, "http", { drainTimeout: 300 });
  const client = await node.connect();
  client.ask("/stream");
  await client.until(/hello/);
  await node.drain();
  assert.equal(await client.ends(), "end");
  await node.ends(1);
});

for (const endsStreams of [true, false]) {
  const how = endsStreams ? "ends as the program says, with its close code" : "is cut at the deadline";
  test(`a WebSocket lives on while the node drains, and ${how}`, async (t) => {
    const node = await DrainingNode.start(t, "http", { endsStreams, drainTimeout: endsStreams ? LONG : 300 });
    const socket = new WebSocket(`ws://127.0.0.1:${node.port}/`);
    t.after(() => socket.terminate());
    await within(new Promise((resolve) => socket.on("open", resolve)), "a WebSocket opens");
    const closed = new Promise((resolve) => socket.on("close", resolve));
    await node.drain();
    assert.equal(await within(closed, "the WebSocket closes"), endsStreams ? 1001 : 1006);
    await node.ends(endsStreams ? 0 : 1);
  });
}

test("a node without connections ends at once", async (t) => {
  const node = await DrainingNode.start(t, "http", { grace: LONG });
  const client = await node.used();
  client.socket.end();
  await client.ends();
  await node.drain();
  await node.ends();
});
