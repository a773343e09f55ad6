// Rows and columns of text, aligned, in the width that there is. Pure.
import type { Line, Span } from "./line.js";
import type { Tone } from "../../tones.js";
import { truncate, widthOf } from "./text.js";

export interface Column<Row> {
  title: string;
  cell: (row: Row) => string | Span;
  /** Numbers stand right. Default: "left". */
  align?: "left" | "right";
  /** Where the width does not suffice: a column of long text is cut down to so many columns. Default: it is not cut. */
  least?: number;
  /** Columns that it takes at least, so that a live table does not move with every figure. Default: 0. */
  room?: number;
}

export interface TableOptions {
  /** Columns of the terminal. */
  width: number;
  /** What becomes of columns that do not fit: another table below, which repeats the first one, or nothing. */
  overflow: "continue" | "drop";
}

const GAP = 2;
const TITLE_TONE: Tone = "dim";

/** The titles, then a line for each row; after an empty line the same again, where columns continue. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], options: TableOptions): Line[] {
  const measured = columns.map((column) => measure(column, rows));
  const [first, ...more] = blocks(measured, options.width);
  if (first === undefined) return [];
  const shown = options.overflow === "drop" ? [first] : [first, ...more];
  return shown.flatMap((block, index) => [...(index === 0 ? [] : [[]]), ...lines(shrink(block, options.width))]);
}

interface Measured {
  /** The title and the cells below it. */
  cells: Span[];
  align: "left" | "right";
  width: number;
  /** The width that it can be cut down to. */
  least: number;
}

function measure<Row>({ title, cell, align = "left", least, room = 0 }: Column<Row>, rows: readonly Row[]): Measured {
  const cells = [{ text: title, tone: TITLE_TONE }, ...rows.map((row) => asSpan(cell(row)))];
  const width = Math.max(room, ...cells.map(({ text }) => widthOf(text)));
  return { cells, align, width, least: Math.min(width, least ?? width) };
}

function asSpan(cell: string | Span): Span {
  return typeof cell === "string" ? { text: cell } : cell;
}

/** Puts as many columns side by side as the width takes when all are cut; the first one leads each block. */
function blocks(columns: readonly Measured[], width: number): Measured[][] {
  const [lead, ...others] = columns;
  if (lead === undefined) return [];
  const all: Measured[][] = [[lead]];
  for (const column of others) {
    const block = all.at(-1) ?? [];
    if (block.length === 1 || leastWidth([...block, column]) <= width) block.push(column);
    else all.push([lead, column]);
  }
  return all;
}

function leastWidth(block: readonly Measured[]): number {
  return block.reduce((sum, { least }) => sum + least + GAP, -GAP);
}

/** Takes what is too much from the columns that can be cut, the widest one first. */
function shrink(block: readonly Measured[], width: number): Measured[] {
  const columns = block.map((column) => ({ ...column }));
  let excess = columns.reduce((sum, column) => sum + column.width + GAP, -GAP) - width;
  while (excess > 0) {
    const widest = columns.filter((column) => column.width > column.least).sort((a, b) => b.width - a.width)[0];
    if (widest === undefined) break;
    widest.width -= 1;
    excess -= 1;
  }
  return columns;
}

function lines(columns: readonly Measured[]): Line[] {
  const count = columns[0]?.cells.length ?? 0;
  return Array.from({ length: count }, (_, row) => {
    const cells = columns.flatMap((column, index) => aligned(column, row, index));
    return columns.at(-1)?.align === "left" ? cells.slice(0, -1) : cells;
  });
}

function aligned({ cells, align, width }: Measured, row: number, index: number): Line {
  const { text, tone } = cells[row] ?? { text: "" };
  const cut = truncate(text, width);
  const space = " ".repeat(width - widthOf(cut));
  const gap = index === 0 ? "" : " ".repeat(GAP);
  return align === "right" ? [gap + space, { text: cut, tone }] : [gap, { text: cut, tone }, space];
}
