// How the master writes a line of output.
import type { LogFormat, LogLine } from "../../log-lines.js";
import { jsonOf, SEPARATOR, textOf, toneOf } from "../../log-text.js";
import type { Paint } from "../../tones.js";

/** A line as it is to be written, its end included. */
export type Format = (line: LogLine) => string;

export function formatOf(format: Exclude<LogFormat, "raw">, paint: Paint): Format {
  if (format === "json") return (line) => `${jsonOf(line)}\n`;
  return (line) => `${paint(line.node, toneOf(line))}${SEPARATOR}${textOf(line)}\n`;
}
