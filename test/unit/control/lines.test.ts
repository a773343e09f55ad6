// Bytes to lines: the same lines whatever the chunks, and nothing kept of those that are too long.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BoundedLines, LONGEST_LINE } from "#src/control/lines.js";

test("lines come when their end has, in one chunk or in many", () => {
  const splitter = new BoundedLines();
  assert.deepEqual(texts(splitter.push(Buffer.from("a\nb"))), ["a"]);
  assert.deepEqual(texts(splitter.push(Buffer.from(""))), []);
  assert.deepEqual(texts(splitter.push(Buffer.from("c\n\n"))), ["bc", ""]);
  assert.equal(splitter.end(), undefined);
});

test("what has no end comes at the end, once", () => {
  const splitter = new BoundedLines();
  splitter.push(Buffer.from("a\nb"));
  assert.equal(splitter.end()?.toString(), "b");
  assert.equal(splitter.end(), undefined);
});

test("a line may have 1 MiB; of a longer one comes the news alone, and the next one is read", () => {
  const splitter = new BoundedLines();
  const longest = Buffer.alloc(LONGEST_LINE, "x");
  assert.deepEqual(texts(splitter.push(Buffer.concat([longest, Buffer.from("\n")]))), [longest.toString()]);
  assert.deepEqual(splitter.push(longest), []);
  assert.deepEqual(splitter.push(Buffer.from("x")), []);
  assert.deepEqual(splitter.push(longest), []);
  assert.deepEqual(texts(splitter.push(Buffer.from("\nnext\n"))), ["too-long", "next"]);
  splitter.push(Buffer.concat([longest, longest]));
  assert.equal(splitter.end(), "too-long");
});

test("property: chunks make no difference", () => {
  const byte = fc.oneof(fc.constant(0x0a), fc.nat(255));
  const chunks = fc.array(fc.array(byte, { maxLength: 20 }).map((bytes) => Buffer.from(bytes)));
  fc.assert(
    fc.property(chunks, fc.integer({ min: 1, max: 12 }), (parts, longest) => {
      const split = new BoundedLines(longest);
      const whole = new BoundedLines(longest);
      const got = [...parts.flatMap((part) => split.push(part)), split.end()];
      assert.deepEqual(got, [...whole.push(Buffer.concat(parts)), whole.end()]);
      const expected = Buffer.concat(parts).toString("latin1").split("\n");
      const cut = expected.map((line) => (line.length > longest ? "too-long" : line));
      const last = cut.pop();
      assert.deepEqual(
        got.map((line) => (line === undefined || line === "too-long" ? line : line.toString("latin1"))),
        [...cut, last === "" ? undefined : last],
      );
    }),
  );
});

function texts(lines: (Buffer | "too-long")[]): string[] {
  return lines.map(String);
}
