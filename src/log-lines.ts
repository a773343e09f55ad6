// What the processes of a service write, line by line.
import { printable } from "./printable.js";

/** A line of output, without its end. */
export interface LogLine {
  /** Milliseconds since the epoch at which its end was read. */
  time: number;
  /** Whose it is: the id of a node, or `master`. */
  node: string;
  pid: number;
  /** Which of the wanted nodes it is, from 0; `undefined`: the master. */
  place?: number;
  stream: "stdout" | "stderr";
  text: string;
  /** Set where the line has more than 64 KiB: its next piece follows. */
  partial?: true;
}

/** How the master passes on what its nodes write: with their id before each line, as it is, or as lines of JSON. */
export type LogFormat = "prefix" | "raw" | "json";

/** What was written lately, and what is written from now on. */
export interface LogFeed {
  /** The latest lines, oldest first; of one process, where `node` is given. */
  recent(count: number, node?: string): LogLine[];
  /** Calls with each line from now on; returns what ends that. */
  follow(listener: (line: LogLine) => void): () => void;
}

/**
 * Where lines go by the option `log`: to a function, to standard error, or nowhere. Each is one line, and steers no terminal,
 * whatever an error or a name in it says.
 */
export function logTo(log: boolean | ((line: string) => void)): (text: string) => void {
  const write = typeof log === "function" ? log : log ? toStderr : () => {};
  return (text) => {
    for (const line of text.split("\n")) write(printable(line));
  };
}

function toStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}
