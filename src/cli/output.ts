// What a command prints: in colour and cut to the width on a terminal, whole and plain anywhere else.
import { constants } from "node:os";
import { inColour, type Line, type Paint, paintLine, plain } from "./views/line.js";

/** One line; a long one is wrapped by the terminal. */
export function print(line: Line): void {
  write(paintLine(line, Number.POSITIVE_INFINITY, paint()));
}

/** A value as a line of JSON. */
export function printJson(value: unknown): void {
  write(JSON.stringify(value));
}

/** One line as it is, for what holds colours already. */
export function write(line: string): void {
  endWithReader();
  process.stdout.write(`${line}\n`);
}

/** Columns. */
export function width(): number {
  return process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY;
}

/** Asks the environment too: NO_COLOR, FORCE_COLOR, TERM. */
export function paint(): Paint {
  return process.stdout.isTTY && process.stdout.hasColors() ? inColour : plain;
}

/** When `head` has read enough, this process ends without a word, as any tool does that SIGPIPE ends. */
function endWithReader(): void {
  if (process.stdout.listenerCount("error", onWriteError) === 0) process.stdout.on("error", onWriteError);
}

function onWriteError(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
  process.exit(128 + constants.signals.SIGPIPE);
}
