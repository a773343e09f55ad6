// What a command prints: in colour and cut to the width on a terminal, whole and plain anywhere else.
import { constants } from "node:os";
import { printableJson } from "../printable.js";
import { type Paint, paintFor } from "../tones.js";
import { type Line, paintLine } from "./views/line.js";

/** One line; a long one is wrapped by the terminal. */
export function print(line: Line): void {
  writeAll([paintLine(line, Number.POSITIVE_INFINITY, paint())]);
}

/** A value as a line of JSON. */
export function printJson(value: unknown): void {
  writeAll([printableJson(value)]);
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

/** Colours, where nothing speaks against them. */
export function paint(): Paint {
  return paintFor(process.env, process.stdout.isTTY);
}

/** When `head` has read enough, this process ends without a word, as any tool does that SIGPIPE ends. */
export function endWithReader(): void {
  if (process.stdout.listenerCount("error", onWriteError) === 0) process.stdout.on("error", onWriteError);
}

function onWriteError(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
  process.exit(128 + constants.signals.SIGPIPE);
}
