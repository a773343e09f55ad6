// Tables: aligned, and no wider than the terminal as long as there is any way.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { lineWidth, paintLine } from "#src/cli/views/line.js";
import { plain } from "#src/tones.js";
import { type Column, table, type TableOptions } from "#src/cli/views/table.js";
import { printable } from "#src/printable.js";

type Row = readonly [string, number, string];

const COLUMNS: readonly Column<Row>[] = [
  { title: "NAME", cell: ([name]) => name },
  { title: "N", cell: ([, number]) => String(number), align: "right" },
  { title: "TEXT", cell: ([, , text]) => text, least: 4 },
];
const ROWS: readonly Row[] = [
  ["api", 7, "short"],
  ["服务", 1_234, "a longer text"],
];

test("columns are as wide as their widest cell, and aligned", () => {
  assert.deepEqual(drawn(COLUMNS, ROWS, { width: 80, overflow: "continue" }), [
    "NAME     N  TEXT",
    "api      7  short",
    "服务  1234  a longer text",
  ]);
});

test("where the width does not suffice, long text is cut first", () => {
  assert.deepEqual(drawn(COLUMNS, ROWS, { width: 18, overflow: "continue" }), [
    "NAME     N  TEXT",
    "api      7  short",
    "服务  1234  a lon…",
  ]);
});

test("columns that still do not fit continue below, beside the first one, or are dropped", () => {
  assert.deepEqual(drawn(COLUMNS, ROWS, { width: 12, overflow: "continue" }), [
    "NAME     N",
    "api      7",
    "服务  1234",
    "",
    "NAME  TEXT",
    "api   short",
    "服务  a lon…",
  ]);
  assert.deepEqual(drawn(COLUMNS, ROWS, { width: 12, overflow: "drop" }), ["NAME     N", "api      7", "服务  1234"]);
});

test("a column keeps the room that it is given, and tones stay with their cells", () => {
  const [name] = COLUMNS;
  const tinted: Column<Row> = { title: "N", cell: () => ({ text: "7", tone: "red" }), room: 5, align: "right" };
  const lines = table([name as Column<Row>, tinted], ROWS, { width: 80, overflow: "drop" });
  assert.deepEqual(lines.map(lineWidth), [11, 11, 11]);
  assert.equal(
    paintLine(lines[1] ?? [], 80, (text, tone) => `<${tone}>${text}`),
    "api       <red>7",
  );
});

test("no columns, or no rows", () => {
  assert.deepEqual(table([], ROWS, { width: 80, overflow: "drop" }), []);
  assert.deepEqual(drawn(COLUMNS, [], { width: 80, overflow: "drop" }), ["NAME  N  TEXT"]);
});

test("property: no line is wider than the terminal when each pair of columns fits", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 20 }).map(printable);
  const rows = fc.array(fc.tuple(fc.constant("x"), fc.nat(999), text), { maxLength: 5 });
  fc.assert(
    fc.property(rows, fc.integer({ min: 10, max: 60 }), (rows, width) => {
      for (const line of table(COLUMNS, rows, { width, overflow: "continue" })) assert.ok(lineWidth(line) <= width);
    }),
  );
});

function drawn(columns: readonly Column<Row>[], rows: readonly Row[], options: TableOptions): string[] {
  return table(columns, rows, options).map((line) => paintLine(line, options.width, plain).trimEnd());
}
