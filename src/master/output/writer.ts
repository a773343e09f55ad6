// Writes to a descriptor that somebody may not read, without ever waiting for them in this thread.
import { closeSync, constants, fstatSync, openSync, type Stats, write as writeFile } from "node:fs";
import { Socket } from "node:net";
import type { Writable } from "node:stream";
import { isatty } from "node:tty";

/** Writes one thing after another. */
export interface Writer {
  /** Calls back when all of it is written, or with an error when it cannot be. Not to be called again before that. */
  write(bytes: Buffer, done: (error?: Error | null) => void): void;
  /** What is not written by now never is, and nobody is called back. */
  close(): void;
}

/** Milliseconds after which a terminal that took nothing is tried again. */
const AGAIN_MS = 20;

/**
 * The way to write to a descriptor of this process. A pipe or a terminal is opened once more, so that this process
 * writes to it without blocking while others that share the descriptor keep it as it is. A pipe or a terminal that
 * cannot be, as another user made it, and a socket are written as Node does.
 */
export function writerTo(fd: number): Writer {
  const kind = kindOf(fd);
  if (kind === "file") return fileWriter(fd, () => {});
  if (kind === "socket") return streamWriter(streamOf(fd), () => {});
  const own = openAgain(fd);
  if (kind === "terminal") return own === undefined ? fileWriter(fd, () => {}) : fileWriter(own, () => closeSync(own));
  if (own === undefined) return streamWriter(streamOf(fd), () => {});
  const stream = new Socket({ fd: own, readable: false, writable: true });
  return streamWriter(stream, () => stream.destroy());
}

/** Whether what is written to the one comes out with what is written to the other. */
export function isSame(fd: number, other: number): boolean {
  const [one, two] = [statOf(fd), statOf(other)];
  return one !== undefined && one.dev === two?.dev && one.ino === two.ino;
}

function kindOf(fd: number): "pipe" | "socket" | "terminal" | "file" {
  const stat = statOf(fd);
  if (stat?.isFIFO()) return "pipe";
  if (stat?.isSocket()) return "socket";
  return isatty(fd) ? "terminal" : "file";
}

function statOf(fd: number): Stats | undefined {
  try {
    return fstatSync(fd);
  } catch {
    return undefined;
  }
}

function openAgain(fd: number): number | undefined {
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return undefined;
  }
}

/** Two streams of one descriptor would be in each other's way. */
function streamOf(fd: number): Writable {
  if (fd === 1) return process.stdout;
  return fd === 2 ? process.stderr : new Socket({ fd, readable: false, writable: true });
}

function streamWriter(stream: Writable, close: () => void): Writer {
  // Each write hears of it.
  stream.on("error", () => {});
  return { write: (bytes, done) => void stream.write(bytes, done), close };
}

/** Closed only while nothing is being written: by then the number of the descriptor may be another file's. */
function fileWriter(fd: number, close: () => void): Writer {
  let state: "idle" | "writing" | "closed" = "idle";
  const write: Writer["write"] = (bytes, done) => {
    if (state === "closed") return;
    state = "writing";
    writeFile(fd, bytes, (error, written) => {
      if (state === "closed") return close();
      state = "idle";
      if (error?.code === "EAGAIN") setTimeout(write, AGAIN_MS, bytes, done);
      else if (error !== null || written === bytes.length) done(error);
      else write(bytes.subarray(written), done);
    });
  };
  const end = (): void => {
    const before = state;
    state = "closed";
    if (before === "idle") close();
  };
  return { write, close: end };
}
