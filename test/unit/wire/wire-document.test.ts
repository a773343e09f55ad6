// docs/wire.md and the code say the same: its example bytes are encoded and decoded here.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { Channels } from "#src/messages/channels.js";
import { Link, type LinkSink } from "#src/messages/link.js";
import * as types from "#src/messages/link-frames.js";
import { ValueDecoder, ValueEncoder } from "#src/wire/codec.js";
import { encodeClose, FRAME_CLOSE, HEADER_SIZE, parseClose } from "#src/wire/frame.js";
import {
  AnswerParser,
  encodeAccept,
  encodeHello,
  encodeRefusal,
  type Hello,
  HelloParser,
} from "#src/wire/handshake.js";
import { duplexPair, type PairEnd } from "../../helpers/duplex-pair.js";

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
  // biome-ignore lint/suspicious/noSparseArray: that is the point
  "array with a hole": [[1, , 3]],
  "array with a property": [Object.assign([], { a: 1 })],
  "boxed number": [new Number(1)],
};
const closes: Record<string, [code: number, reason: string]> = {
  "close without a code": [1005, ""],
  "close 1000": [1000, ""],
  "close 4000 bye": [4000, "bye"],
};
const links: Record<string, { type: number; numbers?: number[]; name?: string; value?: unknown }> = {
  "link ready": { type: types.FRAME_READY, numbers: [types.LINK_VERSION] },
  "link listen": { type: types.FRAME_LISTEN, name: "news" },
  "link unlisten": { type: types.FRAME_UNLISTEN, name: "news" },
  "link handle": { type: types.FRAME_HANDLE, numbers: [2], name: "sum" },
  "link unhandle": { type: types.FRAME_UNHANDLE, numbers: [2] },
  "link unport": { type: types.FRAME_UNPORT, numbers: [3] },
  "link leaving": { type: types.FRAME_LEAVING, numbers: [0] },
  "link farewell": { type: types.FRAME_FAREWELL, numbers: [0] },
  "link started": { type: types.FRAME_STARTED, numbers: [0] },
  "link busy": { type: types.FRAME_BUSY, numbers: [5] },
  "link call": { type: types.FRAME_CALL, numbers: [7, 2], value: "hello" },
  "link cancel": { type: types.FRAME_CANCEL, numbers: [7] },
  "link answer": { type: types.FRAME_ANSWER, numbers: [7], value: "hello" },
  "link failure": { type: types.FRAME_FAILURE, numbers: [7], value: error },
  "link unhandled": { type: types.FRAME_UNHANDLED, numbers: [7] },
  "link stream": { type: types.FRAME_STREAM, numbers: [7] },
  "link item": { type: types.FRAME_ITEM, numbers: [7], value: "hello" },
  "link end": { type: types.FRAME_END, numbers: [7] },
  "link credit": { type: types.FRAME_CREDIT, numbers: [7, 16] },
};
const limits = { maxPayload: 1024, maxBufferedAmount: 1024 };
const token = Uint8Array.from({ length: 32 }, (_, index) => index);
const hello: Hello = { kind: "stream", id: "node-1", pid: 4242, since: 1_700_000_000_000, master: false };
const acceptor = { pid: 4000, since: 1_699_999_999_000, master: true };

const only = (name: string): Buffer => examples.get(name)?.[0] as Buffer;

test("every example of the document is known here, and none is missing there", () => {
  const handshake = ["hello", "answer accepts", "answer refuses"];
  const message = ["link port", "link publish"];
  const known = [values, closes, links].flatMap((table) => Object.keys(table)).concat(handshake, message);
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

describe("links", () => {
  test("every type that a link takes has an example, and the close frame has those of framed streams", () => {
    const taken = [...types.linkLimits(limits.maxPayload).keys()].filter((type) => type !== FRAME_CLOSE);
    const shown = [...examples.keys()].filter((name) => name.startsWith("link ")).map((name) => only(name)[4]);
    assert.deepEqual(new Set(shown), new Set(taken));
  });

  for (const [name, { type, numbers = [], name: text, value }] of Object.entries(links)) {
    test(name, async () => {
      const sent = await bytesOf((link) => {
        const [first = 0, second] = numbers;
        if (text !== undefined) link.sendName(type, text, ...numbers);
        else if (value !== undefined) link.sendValue(type, value, first, second);
        else link.sendNumbers(type, ...numbers);
      });
      assert.deepStrictEqual(sent, only(name));
      readBack(only(name), (link, came, bytes, start, end) => {
        assert.equal(came, type);
        numbers.forEach((number, index) =>
          assert.equal(types.readNumber(bytes, start + types.NUMBER * index, end), number),
        );
        const rest = start + types.NUMBER * numbers.length;
        if (text !== undefined) assert.equal(types.readName(bytes, rest, end), text);
        if (value !== undefined) assert.deepStrictEqual(link.readValue(bytes, rest, end), value);
      });
    });
  }

  test("a port and a message", async () => {
    const both = Buffer.concat([only("link port"), only("link publish")]);
    const sent = await bytesOf((link) => {
      link.remote.listensOn.add("news");
      const channels = new Channels({ self: link, others: [link] }, limits.maxPayload);
      const [, , third] = ["a", "b", "news"].map((name) => channels.open(name));
      third?.postMessage("hello");
      channels.closeAll();
    });
    assert.deepStrictEqual(sent.subarray(0, both.length), both);
    assert.deepStrictEqual(sent.subarray(both.length), only("link unport"));
  });

  test("a port and a message, read", () => {
    const [end] = duplexPair();
    const link = linkOver(end, () => {});
    const channels = new Channels({ self: link, others: [] }, limits.maxPayload);
    const channel = channels.open("news");
    const heard: unknown[] = [];
    channel.on("message", (value) => heard.push(value));
    const [port, publish] = [only("link port"), only("link publish")];
    channels.onPort(link, types.readNumber(port, HEADER_SIZE, port.length), "news");
    channels.onMessage(link, publish, HEADER_SIZE, publish.length);
    channels.closeAll();
    assert.deepStrictEqual(heard, ["hello"]);
  });
});

function linkOver(stream: PairEnd, frame: LinkSink["frame"]): Link {
  const peer = { id: "node-1", pid: 1, isMaster: false, since: 0 };
  return new Link(stream, peer, limits, { frame, closed: () => {} });
}

/** What a link writes for what is sent in one turn. */
async function bytesOf(send: (link: Link) => void): Promise<Buffer> {
  const [end, other] = duplexPair();
  const data = once(other, "data") as Promise<[Buffer]>;
  send(linkOver(end, () => {}));
  return (await data)[0];
}

/** Lets a link read these bytes, which are one frame. */
function readBack(bytes: Buffer, frame: LinkSink["frame"]): void {
  const [end] = duplexPair();
  let count = 0;
  linkOver(end, (...args) => {
    count++;
    frame(...args);
  });
  end.emit("data", bytes);
  assert.equal(count, 1);
}
