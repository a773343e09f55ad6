// Pure: how a line of output reads, wherever it is shown: behind the id of its process, or as JSON.
import type { LogLine } from "./log-lines.js";
import { printableJson } from "./printable.js";
import type { Colour, Tone } from "./tones.js";

/** None of them red, as errors are. */
const COLOURS: readonly Colour[] = ["cyan", "yellow", "green", "magenta", "blue"];
const TONES: readonly Tone[] = [...COLOURS, ...COLOURS.map((colour) => `bright ${colour}` as const)];
/** Behind a piece of a line that goes on in the next one. */
const GOES_ON = "…";

/** What stands between the id and the text. */
export const SEPARATOR = " | ";

/** That of its id: a node that replaces another has its colour. */
export function toneOf({ place }: Pick<LogLine, "place">): Tone {
  return (place === undefined ? undefined : TONES[place % TONES.length]) ?? "grey";
}

export function textOf({ text, partial }: Pick<LogLine, "text" | "partial">): string {
  return partial ? text + GOES_ON : text;
}

export function jsonOf({ time, node, pid, stream, text, partial }: LogLine): string {
  return printableJson({ time: new Date(time).toISOString(), node, pid, stream, text, ...(partial && { partial }) });
}
