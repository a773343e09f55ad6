// A line of text with colours, cut before it is painted: escape sequences never count, and are never cut apart.
import { printable } from "../../printable.js";
import type { Paint, Tone } from "../../tones.js";
import { truncate, widthOf, wrap } from "./text.js";

export interface Span {
  text: string;
  tone?: Tone | undefined;
}

/** What a line is made of, from left to right. */
export type Line = readonly (string | Span)[];

export function lineWidth(line: Line): number {
  return line.reduce((sum, part) => sum + widthOf(textOf(part)), 0);
}

/** The line as it is written: at most `width` columns, and no text in it steers the terminal, whoever wrote it. */
export function paintLine(line: Line, width: number, paint: Paint): string {
  let left = width;
  let painted = "";
  for (const part of line) {
    const text = printable(textOf(part));
    const cut = truncate(text, left);
    const tone = typeof part === "string" ? undefined : part.tone;
    painted += tone === undefined ? cut : paint(cut, tone);
    if (cut !== text) break;
    left -= widthOf(cut);
  }
  return painted;
}

/** The text behind the head of its first line; what does not fit goes on below, as far to the right. */
export function hanging(head: Line, { text, tone }: Span, width: number): Line[] {
  const indent = lineWidth(head);
  const space = " ".repeat(indent);
  return wrap(text, Math.max(1, width - indent)).map((part, index) => [
    ...(index === 0 ? head : [space]),
    { text: part, tone },
  ]);
}

/** The line, with spaces behind it where it is narrower. */
export function padLine(line: Line, width: number): Line {
  const missing = width - lineWidth(line);
  return missing > 0 ? [...line, " ".repeat(missing)] : line;
}

function textOf(part: string | Span): string {
  return typeof part === "string" ? part : part.text;
}
