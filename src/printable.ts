// Pure: texts that others wrote, such as names, paths and errors, made harmless for a terminal and for a log of lines.

/** Escape sequences of ECMA-48, in 7 and in 8 bits: control sequences, strings with their end, and the short ones. */
const SEQUENCES: RegExp = new RegExp(
  [
    String.raw`(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]`,
    String.raw`(?:\x1b[P\]X^_]|[\x90\x98\x9d-\x9f])\P{Cc}*(?:\x07|\x1b\\|\x9c)`,
    String.raw`\x1b[ -/]*[0-~]`,
  ].join("|"),
  "gu",
);
/** Would steer the terminal, begin another line, or turn the direction of the text around it. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u206f]/gu;
/** Those that JSON leaves as they are. */
const LEFT_BY_JSON = /[\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u206f]/g;

/** The text on one line, without control characters, escape sequences and marks of direction. */
export function printable(text: string): string {
  return text.replace(SEQUENCES, "").replace(/\t/g, "  ").replace(UNPRINTABLE, "");
}

/** The same on as many lines as it has. */
export function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

/** A value as JSON on one line that steers no terminal either; what reads it finds the same value. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(LEFT_BY_JSON, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
