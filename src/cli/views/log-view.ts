// Lines of the processes' output, with the prefix and the colours that the service itself gives them. Pure.
import type { ControlEvent } from "../../control/commands.js";
import type { Status } from "../../index.js";
import type { Colour, Line, Tone } from "./line.js";
import { printable } from "./text.js";

export type LogLine = Extract<ControlEvent, { type: "lines" }>["lines"][number];

/** Which of the wanted nodes each is: a node that replaces another has its colour. */
export type Places = ReadonlyMap<string, number>;

const COLOURS: readonly Colour[] = ["cyan", "yellow", "green", "magenta", "blue"];
/** As the master has them, by place. */
const TONES: readonly Tone[] = [...COLOURS, ...COLOURS.map((colour) => `bright ${colour}` as const)];
/** Behind a piece of a line that goes on in the next one. */
const GOES_ON = "…";

export function placesOf({ nodes }: Pick<Status, "nodes">): Places {
  return new Map(nodes.map(({ id, place }) => [id, place]));
}

/** Whose the line is, to stand before its text. */
export function logPrefix({ node }: Pick<LogLine, "node">, places: Places): Line {
  return [{ text: printable(node), tone: toneOf(node, places) }, " | "];
}

/** What it says, with what its program wants of the terminal. */
export function logText({ text, partial }: LogLine): string {
  return partial ? text + GOES_ON : text;
}

/** The whole line made harmless: what programs write for their own terminal does not belong in the midst of a screen. */
export function logLine(line: LogLine, places: Places): Line {
  return [...logPrefix(line, places), printable(logText(line))];
}

/** As the service itself writes it with `--log json`. */
export function logJson({ time, ...line }: LogLine): string {
  return JSON.stringify({ time: new Date(time).toISOString(), ...line });
}

export function skippedText(lines: number): string {
  return `… ${lines} ${lines === 1 ? "line" : "lines"} left out`;
}

/** Of a node that is gone the place is not known: its number is as good, as long as none was replaced. */
function toneOf(node: string, places: Places): Tone {
  const place = places.get(node) ?? Number(/^node-(\d+)$/.exec(node)?.[1]) - 1;
  return TONES[place % TONES.length] ?? "grey";
}
