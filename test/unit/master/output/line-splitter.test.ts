// Whole lines come out of bytes, however these are cut.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LineSplitter, MAX_LINE, type Piece } from "#src/master/output/line-splitter.js";

test("a line comes out when its end does, without it", () => {
  const splitter = new LineSplitter();
  assert.deepEqual(splitter.push(Buffer.from("one\ntwo\r\n\nthr")), [whole("one"), whole("two"), whole("")]);
  assert.deepEqual(splitter.push(Buffer.from("ee")), []);
  assert.deepEqual(splitter.push(Buffer.from("\n")), [whole("three")]);
  assert.deepEqual(splitter.end(), []);
});

test("what is left without an end is a line", () => {
  const splitter = new LineSplitter();
  splitter.push(Buffer.from("one\nlast"));
  assert.deepEqual(splitter.end(), [whole("last")]);
  assert.deepEqual(splitter.end(), []);
});

test("a carriage return within a line is a part of it", () => {
  assert.deepEqual(split(Buffer.from("10 %\r20 %\r\n"), []), [whole("10 %\r20 %")]);
});

test("a line as long as may be comes whole, a longer one in pieces that say so", () => {
  const longest = "x".repeat(MAX_LINE);
  assert.deepEqual(split(Buffer.from(`${longest}\n`), []), [whole(longest)]);
  assert.deepEqual(split(Buffer.from(`${longest}y\nz\n`), []), [part(longest), whole("y"), whole("z")]);
  assert.deepEqual(split(Buffer.from(`${longest}${longest}${longest}`), []), [
    part(longest),
    part(longest),
    whole(longest),
  ]);
});

test("no letter is cut in two where a long line is", () => {
  for (const letter of ["ü", "€", "🙂"]) {
    for (const start of ["", "a", "ab", "abc"]) {
      const line = `${start}${letter.repeat(MAX_LINE / 2)}`;
      const pieces = split(Buffer.from(`${line}\n`), [7, MAX_LINE - 1, MAX_LINE, MAX_LINE + 1]);
      assert.equal(pieces.map(({ text }) => text).join(""), line);
      assert.ok(pieces.every(({ text }) => Buffer.byteLength(text) > MAX_LINE - 4 || text === pieces.at(-1)?.text));
    }
  }
});

test("bytes that are no letters end no line and hold nothing up", () => {
  const continuations = Buffer.alloc(MAX_LINE + 10, 0x80);
  const pieces = split(Buffer.concat([continuations, Buffer.from("\nnext\n")]), []);
  assert.deepEqual(
    pieces.map(({ text }) => text.length),
    [MAX_LINE, 10, 4],
  );
});

test("property: the chunks in which bytes arrive make no difference", () => {
  const word = fc.constantFrom(
    "a",
    "ü",
    "🙂",
    "\n",
    "\r\n",
    "\r",
    "\n\n",
    "x".repeat(MAX_LINE - 2),
    "long ".repeat(9_000),
  );
  const cuts = fc.array(fc.nat({ max: 3 * MAX_LINE }), { maxLength: 12 });
  const byte = fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes));
  const pieces = fc.array(
    fc.oneof(
      word.map((text) => Buffer.from(text)),
      byte,
    ),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(pieces, cuts, (pieces, cuts) => {
      const bytes = Buffer.concat(pieces);
      assert.deepEqual(split(bytes, cuts), split(bytes, []));
    }),
  );
});

test("property: what comes out is what went in", () => {
  const line = fc.string({ unit: "grapheme", maxLength: 50 }).filter((text) => !/[\r\n]/.test(text));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), fc.array(fc.nat({ max: 2_000 })), (lines, cuts) => {
      const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(""));
      assert.deepEqual(split(bytes, cuts), lines.map(whole));
    }),
  );
});

function split(bytes: Buffer, cuts: readonly number[]): Piece[] {
  const splitter = new LineSplitter();
  const ends = [...cuts.filter((cut) => cut < bytes.length), bytes.length].toSorted((a, b) => a - b);
  const pieces = ends.flatMap((end, index) => splitter.push(bytes.subarray(ends[index - 1] ?? 0, end)));
  return [...pieces, ...splitter.end()];
}

function whole(text: string): Piece {
  return { text, partial: false };
}

function part(text: string): Piece {
  return { text, partial: true };
}
