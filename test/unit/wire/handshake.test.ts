import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  AnswerParser,
  encodeAccept,
  encodeHello,
  encodeRefusal,
  type Hello,
  HelloParser,
  handshakeTimeout,
  MAX_HELLO,
  type Peer,
  type RefusalStatus,
} from "#src/wire/handshake.js";

const token = Buffer.alloc(32, 7);
const hello: Hello = { kind: "stream", id: "node-1", pid: 4242, since: 1_700_000_000_000.5, master: false };

const peers: fc.Arbitrary<Peer> = fc
  .tuple(fc.nat(0xffffffff), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean())
  .map(([pid, since, master]) => ({ pid, since, master }));
const hellos: fc.Arbitrary<Hello> = fc
  .tuple(peers, fc.constantFrom("stream", "link"), fc.stringMatching(/^[a-z0-9-]{1,64}$/))
  .map(([peer, kind, id]) => ({ ...peer, kind, id }));
const chunkSizes = fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 5 });

/** Pushes chunks until the result is final; what was not pushed counts as rest. */
function parse<Result extends { state: string }>(
  parser: { push(chunk: Buffer): Result },
  bytes: Buffer,
  sizes: readonly number[] = [bytes.length],
): { result: Result; left: Buffer } {
  let at = 0;
  for (let turn = 0; ; turn++) {
    const chunk = bytes.subarray(at, at + (sizes[turn % sizes.length] ?? 1));
    at += chunk.length;
    const result = parser.push(chunk);
    if (result.state !== "need-more" || at >= bytes.length) return { result, left: bytes.subarray(at) };
  }
}

describe("a hello", () => {
  test("arrives as it was sent, under any chunking, and what follows is left alone", () => {
    fc.assert(
      fc.property(hellos, fc.uint8Array({ maxLength: 200 }), chunkSizes, (sent, following, sizes) => {
        const bytes = Buffer.concat([encodeHello(sent, token), following]);
        const { result, left } = parse(new HelloParser(token), bytes, sizes);
        assert.equal(result.state, "done");
        if (result.state !== "done") return;
        assert.deepStrictEqual(result.hello, sent);
        assert.deepStrictEqual(Buffer.concat([result.rest, left]), Buffer.from(following));
      }),
    );
  });

  test("is asked for more until it is whole", () => {
    const bytes = encodeHello(hello, token);
    for (let cut = 0; cut < bytes.length; cut++) {
      assert.equal(parse(new HelloParser(token), bytes.subarray(0, cut)).result.state, "need-more");
    }
  });

  test("with a flaw is refused with a status and an error", () => {
    const cases: [name: string, at: number, bytes: number[], status: RefusalStatus, code: string][] = [
      ["another magic", 3, [0], 3, "MN_ERR_HANDSHAKE"],
      ["version 2", 4, [2], 2, "MN_ERR_HANDSHAKE_VERSION"],
      ["kind 3", 5, [3], 3, "MN_ERR_HANDSHAKE"],
      ["a wrong token", 37, [8], 1, "MN_ERR_HANDSHAKE_TOKEN"],
      ["a start time that is no number", 42, [0x7f, 0xf8], 3, "MN_ERR_HANDSHAKE"],
      ["an unknown flag", 50, [2], 3, "MN_ERR_HANDSHAKE"],
      ["no id", 51, [0], 3, "MN_ERR_HANDSHAKE"],
      ["an id of 65", 51, [65], 3, "MN_ERR_HANDSHAKE"],
      ["an id in capitals", 52, [65], 3, "MN_ERR_HANDSHAKE"],
    ];
    for (const [name, at, flaw, status, code] of cases) {
      const bytes = encodeHello(hello, token);
      bytes.set(flaw, at);
      const { result } = parse(new HelloParser(token), bytes, [1]);
      assert.equal(result.state, "refused", name);
      if (result.state === "refused") assert.deepStrictEqual([result.status, result.error.code], [status, code], name);
    }
  });

  test("of an unknown version is answered after five bytes: the rest may look different", () => {
    const { result } = parse(new HelloParser(token), Buffer.from("MNOD\x09"));
    assert.deepStrictEqual([result.state, "status" in result && result.status], ["refused", 2]);
  });

  test("of something else is refused at the first byte", () => {
    const { result, left } = parse(new HelloParser(token), Buffer.from("GET / HTTP/1.1\r\n"), [1]);
    assert.deepStrictEqual([result.state, left.length], ["refused", 15]);
  });

  test("that does not fit is our own mistake", () => {
    assert.throws(() => encodeHello({ ...hello, id: "Node 1" }, token), RangeError);
    assert.throws(() => encodeHello({ ...hello, id: "x".repeat(65) }, token), RangeError);
    assert.throws(() => encodeHello(hello, Buffer.alloc(31)), RangeError);
  });

  test("mutated in any way is done, refused or incomplete, and never throws", () => {
    const base = encodeHello({ ...hello, id: "x".repeat(64) }, token);
    assert.equal(base.length, MAX_HELLO);
    const edits = fc.array(fc.tuple(fc.nat(base.length - 1), fc.nat(255)), { maxLength: 3 });
    fc.assert(
      fc.property(edits, fc.nat(base.length), fc.uint8Array(), chunkSizes, (edits, cut, noise, sizes) => {
        const bytes = Buffer.from(base);
        for (const [at, byte] of edits) bytes[at] = byte;
        parse(new HelloParser(token), Buffer.concat([bytes.subarray(0, cut), noise]), sizes);
        parse(new AnswerParser(), Buffer.concat([bytes.subarray(0, cut), noise]), sizes);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("an answer", () => {
  test("that accepts says who accepts, under any chunking", () => {
    fc.assert(
      fc.property(peers, fc.uint8Array(), chunkSizes, (peer, following, sizes) => {
        const bytes = Buffer.concat([encodeAccept(peer), following]);
        const { result, left } = parse(new AnswerParser(), bytes, sizes);
        assert.equal(result.state, "done");
        if (result.state !== "done") return;
        assert.deepStrictEqual(result.answer, peer);
        assert.deepStrictEqual(Buffer.concat([result.rest, left]), Buffer.from(following));
      }),
    );
  });

  test("that refuses has six bytes and its own error", () => {
    const codes = ["MN_ERR_HANDSHAKE_TOKEN", "MN_ERR_HANDSHAKE_VERSION", "MN_ERR_HANDSHAKE", "MN_ERR_HANDSHAKE"];
    for (const status of [1, 2, 3, 4] as const) {
      const bytes = encodeRefusal(status);
      assert.equal(bytes.length, 6);
      const { result } = parse(new AnswerParser(), bytes, [1]);
      assert.equal(result.state, "refused");
      if (result.state === "refused") {
        assert.deepStrictEqual([result.status, result.error.code], [status, codes[status - 1]]);
      }
    }
  });

  test("of another version that refuses is understood, one that accepts is not", () => {
    const later = (bytes: Buffer): Buffer => {
      bytes[4] = 2;
      return bytes;
    };
    const codeOf = (bytes: Buffer): unknown => {
      const { result } = parse(new AnswerParser(), bytes);
      return result.state === "refused" ? result.error.code : result.state;
    };
    assert.equal(codeOf(later(encodeRefusal(1))), "MN_ERR_HANDSHAKE_TOKEN");
    assert.equal(codeOf(later(encodeAccept(hello))), "MN_ERR_HANDSHAKE_VERSION");
    assert.equal(codeOf(later(encodeRefusal(5))), "MN_ERR_HANDSHAKE_ID");
    assert.equal(codeOf(Buffer.from("MNOD\x01\x06")), "MN_ERR_HANDSHAKE");
  });
});

test("a hello that does not come in time has an error of its own", () => {
  const error = handshakeTimeout(5000);
  assert.deepStrictEqual([error.name, error.code], ["LinkError", "MN_ERR_HANDSHAKE_TIMEOUT"]);
});
