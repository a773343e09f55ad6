// How wide text is, and what is left of it where that is too much.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { truncate, widthOf, wrap } from "#src/cli/views/text.js";
import { printable } from "#src/printable.js";

const WIDTHS: readonly (readonly [text: string, width: number, what: string])[] = [
  ["", 0, "nothing"],
  ["node-1", 6, "ASCII"],
  ["Grüße", 5, "composed letters"],
  ["Gru\u0308ße", 5, "combining marks"],
  ["服务", 4, "Chinese"],
  ["サーバー", 8, "Japanese"],
  ["ｻｰﾊﾞｰ", 5, "half-width Japanese"],
  ["서버", 4, "Korean"],
  ["ＡＢ", 4, "full-width letters"],
  ["🚀", 2, "emoji"],
  ["❤️", 2, "a character in its form as emoji"],
  ["❤", 1, "the same one without"],
  ["🇩🇪", 2, "a flag"],
  ["a\u200bb", 2, "a space without width"],
  ["…▁█", 3, "what we draw with"],
];

test("each kind of character takes the columns that a terminal gives it", () => {
  for (const [text, width, what] of WIDTHS) assert.equal(widthOf(text), width, what);
});

test("text that fits stays; else its beginning stays, with an ellipsis", () => {
  assert.equal(truncate("node-1", 6), "node-1");
  assert.equal(truncate("node-12", 6), "node-…");
  assert.equal(truncate("服务器", 6), "服务器");
  assert.equal(truncate("服务器", 5), "服务…");
  assert.equal(truncate("服务器", 4), "服…", "no half of a character");
  assert.equal(truncate("e\u0301e\u0301e\u0301", 2), "e\u0301…", "no accent alone");
  assert.equal(truncate("node", 1), "…");
  assert.equal(truncate("node", 0), "");
  assert.equal(truncate("node", -3), "");
});

test("text is wrapped at spaces, and within a word that is longer than a line", () => {
  assert.deepEqual(wrap("one two three", 7), ["one two", "three"]);
  assert.deepEqual(wrap("one two", 5), ["one", "two"]);
  assert.deepEqual(wrap("/srv/application", 6), ["/srv/a", "pplica", "tion"]);
  assert.deepEqual(wrap("服务器", 1), ["服", "务", "器"], "each line has one character at least");
  assert.deepEqual(wrap("", 5), [""]);
});

test("property: what is cut is as wide as asked at most, and a beginning", () => {
  const text = fc.string({ unit: "grapheme" }).map(printable);
  fc.assert(
    fc.property(text, fc.integer({ min: -2, max: 30 }), (text, width) => {
      const cut = truncate(text, width);
      assert.ok(widthOf(cut) <= Math.max(0, width));
      assert.ok(cut === text || text.startsWith(cut.replace(/…$/, "")));
    }),
  );
});

test("property: wrapping loses nothing but spaces", () => {
  const text = fc.string({ unit: "grapheme" }).map(printable);
  const solid = (text: string): string => text.replace(/\s/g, "");
  fc.assert(
    fc.property(text, fc.integer({ min: 2, max: 30 }), (text, width) => {
      assert.equal(solid(wrap(text, width).join("")), solid(text));
    }),
  );
});
