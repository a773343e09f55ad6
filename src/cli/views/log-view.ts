// Lines of the processes' output, as the service itself writes them. Pure.
import type { ControlEvent } from "../../control/commands.js";
import type { Line, Tone } from "./line.js";
import { printable } from "./text.js";

export type LogLine = Extract<ControlEvent, { type: "lines" }>["lines"][number];

/** One of them for each node, by its number, so that neighbours differ. */
const TONES: readonly Tone[] = ["cyan", "green", "magenta", "blue", "yellow"];

/** Whose the line is, to stand before its text. */
export function logPrefix({ node }: Pick<LogLine, "node">): Line {
  return [{ text: `${printable(node)} |`, tone: toneOf(node) }, " "];
}

/** With the text made harmless: what programs write for their own terminal does not belong in the midst of a screen. */
export function logLine(line: LogLine): Line {
  return [...logPrefix(line), printable(line.text)];
}

export function skippedText(lines: number): string {
  return `… ${lines} ${lines === 1 ? "line" : "lines"} left out`;
}

function toneOf(node: string): Tone {
  const number = Number(/\d+$/.exec(node)?.[0] ?? Number.NaN);
  return Number.isNaN(number) ? "dim" : (TONES[number % TONES.length] ?? "dim");
}
