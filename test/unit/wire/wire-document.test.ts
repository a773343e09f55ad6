// docs/wire.md and the code say the same: its example bytes are encoded and decoded here.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { ValueDecoder, ValueEncoder } from "#src/wire/codec.js";
import { encodeClose, HEADER_SIZE, parseClose } from "#src/wire/frame.js";
import {
  AnswerParser,
  encodeAccept,
  encodeHello,
  encodeRefusal,
  type Hello,
  HelloParser,
} from "#src/wire/handshake.js";

const document = readFileSync(new URL("../../../../docs/wire.md", import.meta.url), "utf8");
const examples = new Map<string, Buffer[]>();
for (const [, name, cell] of document.matchAll(/^\| ([a-z0-9 ]+) \| ((?:`(?:[0-9a-f]{2} ?)+` ?)+)\|$/gm)) {
  const frames = [...(cell ?? "").matchAll(/`([^`]+)`/g)];
  examples.set(
    name ?? "",
    frames.map(([, hex]) => Buffer.from((hex ?? "").replaceAll(" ", ""), "hex")),
  );
}

const cycle: unknown[] = [];
cycle.push(cycle);
const error = new TypeError("no");
error.stack = "TypeError: no";

const values: Record<string, unknown[]> = {
  string: ["hello"],
  null: [null],
  undefined: [undefined],
  records: [
    { id: 1, ok: true },
    { id: 2, ok: false },
  ],
  map: [new Map([["a", 1]])],
  set: [new Set([1])],
  buffer: [Buffer.of(1, 2, 3)],
  "typed array": [Uint16Array.of(1, 2)],
  "big integer": [2n ** 64n],
  date: [new Date(0)],
  "regular expression": [/a/g],
  cycle: [cycle],
  "negative zero": [-0],
  "proto key": [JSON.parse('{"__proto__": 1}')],
  error: [error],
  "lone surrogate": ["\uD800"],
};
const closes: Record<string, [code: number, reason: string]> = {
  "close 1000": [1000, ""],
  "close 4000 bye": [4000, "bye"],
};
const token = Uint8Array.from({ length: 32 }, (_, index) => index);
const hello: Hello = { kind: "stream", id: "node-1", pid: 4242, since: 1_700_000_000_000, master: false };
const acceptor = { pid: 4000, since: 1_699_999_999_000, master: true };

test("every example of the document is known here, and none is missing there", () => {
  const known = [...Object.keys(values), ...Object.keys(closes), "hello", "answer accepts", "answer refuses"];
  assert.deepStrictEqual([...examples.keys()].sort(), known.sort());
});

describe("values", () => {
  for (const [name, sent] of Object.entries(values)) {
    test(name, () => {
      const [encoder, decoder] = [new ValueEncoder(), new ValueDecoder()];
      for (const [index, value] of sent.entries()) {
        const frame = examples.get(name)?.[index] as Buffer;
        assert.deepStrictEqual(Buffer.from(encoder.encode(value)), frame);
        assert.deepStrictEqual(decoder.decode(frame, HEADER_SIZE), value);
      }
    });
  }
});

describe("close frames", () => {
  for (const [name, [code, reason]] of Object.entries(closes)) {
    test(name, () => {
      const frame = examples.get(name)?.[0] as Buffer;
      assert.deepStrictEqual(encodeClose(code, reason), frame);
      assert.deepStrictEqual(parseClose(frame, HEADER_SIZE, frame.length), { code, reason });
    });
  }
});

describe("the handshake", () => {
  const only = (name: string): Buffer => examples.get(name)?.[0] as Buffer;

  test("hello", () => {
    assert.deepStrictEqual(encodeHello(hello, token), only("hello"));
    const result = new HelloParser(token).push(only("hello"));
    assert.deepStrictEqual(result.state === "done" && result.hello, hello);
  });

  test("an answer that accepts", () => {
    assert.deepStrictEqual(encodeAccept(acceptor), only("answer accepts"));
    const result = new AnswerParser().push(only("answer accepts"));
    assert.deepStrictEqual(result.state === "done" && result.answer, acceptor);
  });

  test("an answer that refuses", () => {
    assert.deepStrictEqual(encodeRefusal(1), only("answer refuses"));
    const result = new AnswerParser().push(only("answer refuses"));
    assert.deepStrictEqual(result.state === "refused" && result.status, 1);
  });
});
