// WebSocket frames: the RFC's own examples, any cut of any messages, and what breaks the protocol.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { clientFrame, type Incoming, MessageReader, OPCODE, upgradeRequest } from "#src/master/websocket.js";

test("the examples of RFC 6455, 5.7", () => {
  const masked = clientFrame(OPCODE.text, "Hello", Buffer.from("37fa213d", "hex"));
  assert.equal(masked.toString("hex"), "818537fa213d7f9f4d5158");
  assert.deepEqual(read("810548656c6c6f"), [text("Hello")]);
  assert.deepEqual(read("010348656c80026c6f"), [text("Hello")]);
  assert.deepEqual(read("890548656c6c6f"), [{ type: "ping", payload: Buffer.from("Hello") }]);
});

test("a ping between the frames of a message; a pong; a close with a reason", () => {
  const incoming = read("010348656c", "8900", "8a00", "80026c6f", "880203e8");
  assert.deepEqual(incoming, [{ type: "ping", payload: Buffer.alloc(0) }, text("Hello"), { type: "close" }]);
});

test("any messages, in any frames, cut anywhere, are the same messages", () => {
  const message = fc.record({ text: fc.string({ unit: "grapheme" }), repeat: fc.constantFrom(1, 1, 1, 300, 20_000) });
  const cuts = fc.array(fc.nat({ max: 100_000 }), { maxLength: 20 });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 5 }), fc.nat({ max: 500 }), cuts, (messages, frameSize, cuts) => {
      const texts = messages.map(({ text, repeat }) => text.slice(0, 10).repeat(repeat));
      const bytes = Buffer.concat(texts.flatMap((text) => framesOf(Buffer.from(text), frameSize * 100)));
      const ends = [...cuts.filter((cut) => cut < bytes.length), bytes.length].toSorted((a, b) => a - b);
      const reader = new MessageReader();
      const found = ends.flatMap((end, index) => reader.push(bytes.subarray(ends[index - 1] ?? 0, end)));
      assert.deepEqual(
        found,
        texts.map((each) => text(Buffer.from(each).toString())),
      );
    }),
    { numRuns: 60 },
  );
});

test("what a client sends is masked and can be read by a server, whatever its length", () => {
  for (const length of [0, 1, 125, 126, 65_535, 65_536]) {
    const payload = Buffer.alloc(length, "payload");
    const frame = clientFrame(OPCODE.text, payload);
    const headerSize = frame.length - length - 4;
    const mask = frame.subarray(headerSize, headerSize + 4);
    const unmasked = frame.subarray(headerSize + 4).map((byte, index) => byte ^ (mask[index % 4] ?? 0));
    assert.ok(payload.equals(unmasked), String(length));
    const asServer = Buffer.concat([frame.subarray(0, headerSize), payload]);
    asServer.writeUInt8(asServer.readUInt8(1) & 0x7f, 1);
    assert.deepEqual(new MessageReader().push(asServer), [text(payload.toString())]);
  }
});

for (const [what, bytes] of [
  ["a masked frame", "818537fa213d7f9f4d5158"],
  ["a reserved bit", "c10548656c6c6f"],
  ["a binary message", "820101"],
  ["a message within a message", "010348656c810548656c6c6f"],
  ["a continuation of nothing", "80026c6f"],
  ["a message of more than 16 MiB", "817f0000000001000001"],
  ["a length of more than is safe", "817fffffffffffffffff"],
] as const) {
  test(`${what} is an error`, () => {
    assert.throws(() => read(bytes), /^Error: WebSocket: /);
  });
}

test("frames that together are more than 16 MiB are an error", () => {
  const reader = new MessageReader();
  const [begin, more] = framesOf(Buffer.alloc(24 * 1024 * 1024), 12 * 1024 * 1024);
  assert.deepEqual(reader.push(begin ?? Buffer.alloc(0)), []);
  assert.throws(() => reader.push(more ?? Buffer.alloc(0)), /too large/);
});

test("the key and its answer are as in RFC 6455, 1.3: by the same rule, and new each time", () => {
  const [one, other] = [upgradeRequest(), upgradeRequest()];
  assert.equal(Buffer.from(one.headers["sec-websocket-key"] ?? "", "base64").length, 16);
  assert.equal(Buffer.from(one.accept, "base64").length, 20);
  assert.notEqual(one.accept, other.accept);
});

function text(text: string): Incoming {
  return { type: "text", text };
}

function read(...hex: string[]): Incoming[] {
  return new MessageReader().push(Buffer.from(hex.join(""), "hex"));
}

/** A server's frames for one message. */
function framesOf(payload: Buffer, size: number): Buffer[] {
  const parts: Buffer[] = [];
  for (let start = 0; start === 0 || start < payload.length; start += Math.max(size, 1_000))
    parts.push(payload.subarray(start, start + Math.max(size, 1_000)));
  return parts.map((part, index) => {
    const opcode = index === 0 ? OPCODE.text : OPCODE.continuation;
    const first = (index === parts.length - 1 ? 0x80 : 0) | opcode;
    const header = Buffer.alloc(10);
    header.set([first, 127]);
    header.writeBigUInt64BE(BigInt(part.length), 2);
    return Buffer.concat([part.length < 126 ? Buffer.from([first, part.length]) : header, part]);
  });
}
