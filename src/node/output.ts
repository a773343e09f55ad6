// What this node writes: nobody reads it once the master is gone, and what is on its way is to arrive before the end.
import type { Writable } from "node:stream";
import { pause } from "../promises.js";

/** Milliseconds that what was written may take to get to the master. */
const WRITTEN_MS = 1_000;

/** The streams that were asked for. */
const made: Writable[] = [];

/**
 * Whoever reads this process' output may end before it, as the master does when it is killed: writing to nobody must
 * not end a node that still has requests to answer. A program that never writes needs no stream for that: making one
 * takes time and changes how its descriptor behaves, so it is made by whoever asks for it first, as without us.
 */
export function outliveReaders(): void {
  for (const name of ["stdout", "stderr"] as const) {
    onceMade(name, (stream) => {
      stream.on("error", () => {});
      made.push(stream);
    });
  }
}

/** Resolves when what the program has written is out, or after a second: process.exit() would lose it. */
export async function written(): Promise<void> {
  await Promise.race([Promise.all(made.map(writtenTo)), pause(WRITTEN_MS)]);
}

function writtenTo(stream: Writable): Promise<void> {
  if (stream.writableLength === 0 || stream.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    stream.write("", () => resolve());
  });
}

function onceMade(name: "stdout" | "stderr", action: (stream: Writable) => void): void {
  const property = Object.getOwnPropertyDescriptor(process, name);
  // Otherwise somebody has put a stream of their own there.
  if (property?.get === undefined) return action(process[name]);
  Object.defineProperty(process, name, {
    ...property,
    get: () => {
      Object.defineProperty(process, name, property);
      const stream = process[name];
      action(stream);
      return stream;
    },
  });
}
