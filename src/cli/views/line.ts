// A line of text with colours, cut before it is painted: escape sequences never count, and are never cut apart.
import { truncate, widthOf, wrap } from "./text.js";

export type Tone = "bold" | "dim" | "inverse" | "red" | "grey" | Colour | `bright ${Colour}`;

export type Colour = "green" | "yellow" | "blue" | "magenta" | "cyan";

export interface Span {
  text: string;
  tone?: Tone | undefined;
}

/** What a line is made of, from left to right. */
export type Line = readonly (string | Span)[];

export type Paint = (text: string, tone: Tone) => string;

/** The numbers of "select graphic rendition" (ECMA-48) that begin and end each tone. */
const CODES: Record<Tone, readonly [number, number]> = {
  bold: [1, 22],
  dim: [2, 22],
  inverse: [7, 27],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
  grey: [90, 39],
  "bright green": [92, 39],
  "bright yellow": [93, 39],
  "bright blue": [94, 39],
  "bright magenta": [95, 39],
  "bright cyan": [96, 39],
};

export function inColour(text: string, tone: Tone): string {
  const [on, off] = CODES[tone];
  return text === "" ? "" : `\u001b[${on}m${text}\u001b[${off}m`;
}

export function plain(text: string): string {
  return text;
}

export function lineWidth(line: Line): number {
  return line.reduce((sum, part) => sum + widthOf(textOf(part)), 0);
}

/** The line as it is written: at most `width` columns. */
export function paintLine(line: Line, width: number, paint: Paint): string {
  let left = width;
  let painted = "";
  for (const part of line) {
    const cut = truncate(textOf(part), left);
    const tone = typeof part === "string" ? undefined : part.tone;
    painted += tone === undefined ? cut : paint(cut, tone);
    if (cut !== textOf(part)) break;
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
