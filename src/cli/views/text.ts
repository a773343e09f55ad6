// How wide text is on a terminal, and how it is made to fit. Pure.

const ELLIPSIS = "…";
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
/** Drawn on top of what stands before, or not at all. */
const NO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
const FLAG_LETTER = /^\p{Regional_Indicator}$/u;
/** Two columns: emoji, and what Unicode calls wide or full width (UAX 11), rounded up to whole blocks. */
const WIDE =
  /^[\p{Emoji_Presentation}\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1d300}-\u{1d376}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]$/u;
/** Asks for the emoji of a character that has a narrow form too. */
const EMOJI_FORM = "\ufe0f";

const segmenter = new Intl.Segmenter();

/** The columns that text without control characters takes; never less than a terminal uses. */
export function widthOf(text: string): number {
  if (PRINTABLE_ASCII.test(text)) return text.length;
  return graphemes(text).reduce((sum, grapheme) => sum + graphemeWidth(grapheme), 0);
}

/** The text, or as much of its beginning as fits into so many columns with "…" behind it. */
export function truncate(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  return width < 1 ? "" : beginning(text, width - widthOf(ELLIPSIS)) + ELLIPSIS;
}

/** The text on as many lines as it needs, broken at spaces where there are some. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (widthOf(rest) > width) {
    const fits = longestFit(rest, width);
    const space = fits.lastIndexOf(" ");
    const line = rest[fits.length] === " " || space < 1 ? fits : fits.slice(0, space);
    lines.push(line);
    rest = rest.slice(line.length).trimStart();
  }
  return rest === "" && lines.length > 0 ? lines : [...lines, rest];
}

/** At least one character, however little space there is: else nobody would ever come to the end. */
function longestFit(text: string, width: number): string {
  return beginning(text, width) || (graphemes(text)[0] ?? "");
}

function beginning(text: string, width: number): string {
  let kept = "";
  let left = width;
  for (const grapheme of graphemes(text)) {
    left -= graphemeWidth(grapheme);
    if (left < 0) break;
    kept += grapheme;
  }
  return kept;
}

function graphemes(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** Terminals that know no joined emoji draw each part, so all parts count. */
function graphemeWidth(grapheme: string): number {
  const sum = Array.from(grapheme).reduce((total, character) => total + characterWidth(character), 0);
  return grapheme.includes(EMOJI_FORM) ? Math.max(2, sum) : sum;
}

function characterWidth(character: string): number {
  if (NO_WIDTH.test(character)) return 0;
  if (FLAG_LETTER.test(character)) return 1;
  return WIDE.test(character) ? 2 : 1;
}
