// How a line of output is written: behind the id of its process, or as JSON.
import type { LogFormat, LogLine } from "../../log-lines.js";

/** Whose line it is. */
export interface Origin {
  /** The id of a node, or `master`. */
  id: string;
  /** Which of the wanted nodes it is, from 0; `undefined`: the master. */
  place: number | undefined;
  pid: number | undefined;
}

/** A line as it is to be written, its end included. */
export type Format = (line: LogLine, from: Origin) => string;

/** What the escape sequences 38 and 39 are about: which colour letters have. None of them red, as errors are. */
const COLOURS = [36, 33, 32, 35, 34, 96, 93, 92, 95, 94] as const;
const GREY = 90;
/** Behind a piece of a line that goes on in the next one. */
const GOES_ON = "…";

/** @param coloured whether the reader is a terminal that shows colours */
export function formatOf(format: Exclude<LogFormat, "raw">, coloured: boolean): Format {
  if (format === "json") return asJson;
  return coloured ? asColoured : asPlain;
}

/**
 * Whether to colour what is written there, as https://no-color.org and https://force-color.org ask for.
 * @param env of this process
 */
export function wantsColour(env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  const { NO_COLOR = "", FORCE_COLOR = "", TERM } = env;
  if (FORCE_COLOR !== "") return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  return NO_COLOR === "" && isTerminal && TERM !== "dumb";
}

function asJson({ time, node, stream, text, partial }: LogLine, { pid }: Origin): string {
  const line = { time: new Date(time).toISOString(), node, pid, stream, text, ...(partial && { partial }) };
  return `${JSON.stringify(line)}\n`;
}

function asPlain(line: LogLine, { id }: Origin): string {
  return prefixed(id, line);
}

/** A node that replaces another has its colour. */
function asColoured(line: LogLine, { id, place }: Origin): string {
  const colour = place === undefined ? GREY : COLOURS[place % COLOURS.length];
  return prefixed(`\x1b[${colour}m${id}\x1b[39m`, line);
}

function prefixed(prefix: string, { text, partial }: LogLine): string {
  return `${prefix} | ${text}${partial ? GOES_ON : ""}\n`;
}
