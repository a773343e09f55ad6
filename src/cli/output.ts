// What a command prints: in colour and cut to the width on a terminal, whole and plain anywhere else.
import { constants } from "node:os";
import { inColour, type Line, type Paint, paintLine, plain, type Span } from "./views/line.js";
import { printable } from "./views/text.js";

/** One line, whose text cannot steer the terminal, whoever wrote it; a long one is wrapped by the terminal. */
export function print(line: Line): void {
  writeAll([paintLine(line.map(harmless), Number.POSITIVE_INFINITY, paint())]);
}

/** A value as a line of JSON. */
export function printJson(value: unknown): void {
  writeAll([JSON.stringify(value)]);
}

/** Lines as they are, with the colours that they hold. */
export function writeAll(lines: readonly string[]): void {
  write(lines.map((line) => `${line}\n`).join(""));
}

/** Text as it is. */
export function write(text: string): void {
  endWithReader();
  process.stdout.write(text);
}

/** Columns; a terminal may have forgotten how many it has. */
export function width(): number {
  return process.stdout.isTTY ? process.stdout.columns || 80 : Number.POSITIVE_INFINITY;
}

/** Colours, where https://no-color.org and https://force-color.org have nothing against them. */
export function paint(): Paint {
  const { NO_COLOR = "", FORCE_COLOR = "", TERM } = process.env;
  if (FORCE_COLOR !== "") return FORCE_COLOR === "0" || FORCE_COLOR === "false" ? plain : inColour;
  return NO_COLOR === "" && process.stdout.isTTY && TERM !== "dumb" ? inColour : plain;
}

/** When `head` has read enough, this process ends without a word, as any tool does that SIGPIPE ends. */
export function endWithReader(): void {
  if (process.stdout.listenerCount("error", onWriteError) === 0) process.stdout.on("error", onWriteError);
}

function harmless(part: string | Span): string | Span {
  return typeof part === "string" ? printable(part) : { ...part, text: printable(part.text) };
}

function onWriteError(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
  process.exit(128 + constants.signals.SIGPIPE);
}
