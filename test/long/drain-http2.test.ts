// What a node that drains does with each session of HTTP/2: what it has taken is answered, and it says what it has.
import assert from "node:assert/strict";
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2";
import { type TestContext, test } from "node:test";
import { ca, DrainingNode } from "../helpers/clients/draining-node.js";
import { Http2Frames } from "../helpers/clients/http2-frames.js";
import { RawClient } from "../helpers/clients/raw.js";
import { within } from "../helpers/deadline.js";

const LONG = 30_000;

test("a stream on an idle session is still answered, and GOAWAY comes behind it", async (t) => {
  const node = await DrainingNode.start(t, "http2", { grace: LONG });
  const client = await RawClient.open(t, node.port);
  const http2 = new Http2Frames(client);
  http2.get(1);
  await http2.answer(1);
  await node.drain();
  http2.get(3);
  assert.equal(await client.ends(), "end");
  assert.deepEqual(http2.answered, [1, 3]);
  assert.equal(http2.lastTaken, 3);
  await node.ends();
});

test("all streams that come together on a new session are answered", async (t) => {
  const node = await DrainingNode.start(t, "http2", { grace: LONG });
  const client = await RawClient.open(t, node.port);
  await node.accepted();
  await node.drain();
  const http2 = new Http2Frames(client);
  http2.get(1, 3, 5);
  assert.equal(await client.ends(), "end");
  assert.deepEqual(new Set(http2.answered), new Set([1, 3, 5]));
  assert.equal(http2.lastTaken, 5);
  await node.ends();
});

for (const kind of ["http2", "http2s"] as const) {
  test(`${kind}: streams in flight are finished, however long they take`, async (t) => {
    const node = await DrainingNode.start(t, kind);
    const session = open(t, node, kind);
    const stream = session.request({ ":path": "/half", ":method": "POST" });
    stream.write("half");
    await node.asked("/half");
    const goaway = new Promise((resolve) => session.once("goaway", resolve));
    await node.drain();
    await within(goaway, "GOAWAY comes");
    stream.end("half");
    assert.equal(await read(stream), `${node.pid} halfhalf`);
    await node.ends();
  });

  test(`${kind}: an idle session ends in order after the grace`, async (t) => {
    const node = await DrainingNode.start(t, kind);
    const session = open(t, node, kind);
    assert.equal(await read(session.request({ ":path": "/" })), `${node.pid} `);
    const closed = new Promise((resolve) => session.once("close", resolve));
    await node.drain();
    await within(closed, "the session closes");
    await node.ends();
  });

  test(`${kind}: a stream that never ends is cut at the deadline`, async (t) => {
    const node = await DrainingNode.start(t, kind, { drainTimeout: 300 });
    const stream = open(t, node, kind).request({ ":path": "/stream" });
    const closed = new Promise((resolve) => stream.on("error", () => {}).once("close", resolve));
    await node.asked("/stream");
    await node.drain();
    await within(closed, "the stream is cut");
    await node.ends(1);
  });
}

function open(t: TestContext, { port }: DrainingNode, kind: "http2" | "http2s"): ClientHttp2Session {
  const session = connect(`${kind === "http2" ? "http" : "https"}://127.0.0.1:${port}`, { ca });
  session.on("error", () => {});
  t.after(() => session.destroy());
  return session;
}

async function read(stream: ClientHttp2Stream): Promise<string> {
  const text = async (): Promise<string> => {
    let all = "";
    for await (const chunk of stream.setEncoding("utf8")) all += chunk;
    return all;
  };
  return within(text(), "the stream is answered");
}
