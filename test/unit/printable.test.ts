// Texts that others wrote, made harmless for a terminal and a log.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { printable, printableJson, printableLines } from "#src/printable.js";

/** Each kind of text that steers a terminal, begins another line or turns the direction, and what is left of it. */
const HOSTILE: readonly (readonly [what: string, text: string, left: string])[] = [
  ["colours and the clearing of the screen", "\u001b[2Jclear\u001b[31mred\u001b[0m", "clearred"],
  ["the title of the window", "\u001b]0;title\u0007text", "text"],
  ["a link", "\u001b]8;;http://example.com\u0007text\u001b]8;;\u0007", "text"],
  ["a string that the terminal answers", "\u001bP+q544e\u001b\\text", "text"],
  ["a string without an end hides nothing behind it", "\u001b]0;text", "0;text"],
  ["a sequence that is cut", "text\u001b[", "text"],
  ["C1: the same in one character", "\u009b2Jtext\u009d0;title\u009c\u0085", "text"],
  ["C0", "a\rb\nc\u0007d\u0008e\u0000", "abcde"],
  ["DEL", "a\u007fb", "ab"],
  ["tabulators", "a\tb", "a  b"],
  ["the direction overridden", "\u202eabc\u202c\u2066d\u2069", "abcd"],
  ["marks of direction", "a\u200e\u200f\u061cb", "ab"],
  ["ends of lines that are none of ASCII", "a\u2028b\u2029c\u0085d", "abcd"],
  ["half a character", "a\ud800b", "ab"],
];

for (const [what, text, left] of HOSTILE) {
  test(`${what}: ${JSON.stringify(text)} is shown as ${left}`, () => {
    assert.equal(printable(text), left);
  });
}

test("much of it takes no longer than its length asks for", () => {
  for (const part of ["\u001b", "\u001b[", "\u001b[1;", "\u001b]", "\u009d", "\u009d0;", "\u009b1", "\u001bP x"]) {
    const begun = performance.now();
    printable(part.repeat(200_000));
    assert.ok(performance.now() - begun < 5_000, JSON.stringify(part));
  }
});

test("letters, emoji and joiners stay", () => {
  for (const text of ["Grüße", "服务", "שלום", "👩\u200d🚀", "❤️", "a b"]) assert.equal(printable(text), text);
});

test("lines stay apart where more than one is taken", () => {
  assert.equal(printableLines("a\u001b[1m\n\u009bmb\r\n"), "a\nb\n");
});

test("property: no text is harmful after it was made harmless", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      assert.doesNotMatch(printable(text), /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
    }),
  );
});

test("property: JSON is the same value on one line, without what it would leave as it is", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const json = printableJson({ text });
      assert.doesNotMatch(json, /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
      assert.deepEqual(JSON.parse(json), { text });
    }),
  );
});
