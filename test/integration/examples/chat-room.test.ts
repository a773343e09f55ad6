// The example of a chat room on a channel: what is said at one process comes at the others, once and in order.
import assert from "node:assert/strict";
import { Agent } from "node:http";
import { test } from "node:test";
import { get } from "../../helpers/http.js";
import { EventStream } from "../../helpers/sse.js";
import { send, startExample, twoApart } from "./example.js";

interface Message {
  node: string;
  said: string;
}

test("what is said at one process is heard at all", async (t) => {
  const { program, port } = await startExample(t, "chat-room");
  assert.match((await get(port)).body, /<form>/);
  const open = (): EventStream => EventStream.open(t, port);
  const streams = await twoApart(open, async (stream) => (await stream.first<Message>("hello")).node);
  // One connection, so one node.
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const texts = Array.from({ length: 30 }, (_, index) => `message ${index}`);
  for (const text of texts) assert.equal((await send(port, "POST", "/say", text, agent)).status, 204);
  for (const stream of streams) {
    const messages = await stream.count<Message>("message", texts.length);
    assert.deepEqual(
      messages.map(({ said }) => said),
      texts,
    );
  }
  assert.equal((await send(port, "POST", "/say", "x".repeat(1_001))).status, 400);
  agent.destroy();
  await program.stop();
  assert.equal(program.stderr, "");
});
