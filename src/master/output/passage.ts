// How what nodes write gets from the master to its own output.
import type { LogLine } from "../../log-lines.js";
import type { Source } from "./lane.js";

export type StreamName = LogLine["stream"];

export interface Passage {
  /** How nodes are to have their standard output: by way of the master, or the master's own. */
  readonly stdout: "pipe" | "inherit";
  /** A node's process runs. */
  started(id: string): void;
  /** What a node has written, as it came. */
  bytes(stream: StreamName, bytes: Buffer): void;
  /** The same, as lines. */
  lines(lines: readonly LogLine[]): void;
  /** What a node writes comes from this source, which is paused while too much waits, until it is released. */
  add(stream: StreamName, source: Source): void;
  release(stream: StreamName, source: Source): void;
  /** A node's process has ended. */
  ended(id: string): void;
  /** A node serves. */
  serving(): void;
  /** No node will. */
  gaveUp(): void;
  /** Resolves when nothing is held back and all is written. */
  flush(): Promise<void>;
  /** Nothing is passed on any more. */
  close(): void;
}
