// Lines of the processes' output, as the service itself writes them. Pure.
import type { LogLine } from "../../log-lines.js";
import { SEPARATOR, textOf, toneOf } from "../../log-text.js";
import type { Line } from "./line.js";
import { printable } from "../../printable.js";

/** Whose the line is, to stand before its text. */
export function logPrefix(line: Pick<LogLine, "node" | "place">): Line {
  return [{ text: printable(line.node), tone: toneOf(line) }, SEPARATOR];
}

/** The whole line made harmless: what programs write for their own terminal does not belong in the midst of a screen. */
export function logLine(line: LogLine): Line {
  return [...logPrefix(line), printable(textOf(line))];
}

export function skippedText(lines: number): string {
  return `… ${lines} ${lines === 1 ? "line" : "lines"} left out`;
}
