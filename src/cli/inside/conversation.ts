// A terminal, or a pipe, connected to the REPL of a node; the terminal is given back on every way out.
import { once } from "node:events";
import { closeSync, constants, existsSync, fstatSync, openSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { Transform } from "node:stream";
import { endWithReader } from "../output.js";

/** Ctrl-], as in telnet: for a node that does not answer any more, as nothing else would get through to it. */
const LEAVE = 0x1d;
/** The last line of a node, see repl-door.ts. */
const VERDICT: RegExp = new RegExp(String.raw`^\0\{"uncaught":(\d+)\}\n$`);
/** Bytes. */
const LONGEST_VERDICT = 64;

/** Of Linux: a descriptor that only names a file. */
const O_PATH = 0o10000000;

/**
 * Connects to the socket at a path, not to one that a link there leads to: the folder may belong to another user, and this
 * one may be root. Where the system has no paths for descriptors, the path is used as it is.
 */
export function connectTo(path: string): Socket {
  if (!existsSync("/proc/self/fd")) return connect({ path, allowHalfOpen: true });
  const fd = openSync(path, O_PATH | constants.O_NOFOLLOW);
  try {
    if (!fstatSync(fd).isSocket()) throw new Error(`${path} is no socket`);
    // The system looks the path up before this returns.
    return connect({ path: `/proc/self/fd/${fd}`, allowHalfOpen: true });
  } finally {
    closeSync(fd);
  }
}

/**
 * Resolves with whether the REPL, or whoever types, has ended it, or the node was gone all at once; `failed`: it has ended, and
 * what came from a pipe had an error that nobody caught.
 */
export async function converse(path: string): Promise<"ended" | "failed" | "cut"> {
  const socket = connectTo(path);
  await once(socket, "connect");
  endWithReader();
  const terminal = isTerminal();
  const { columns, rows } = process.stdout;
  socket.write(`${JSON.stringify({ terminal, columns, rows, verdict: !terminal })}\n`);
  const verdict = new Verdict();
  socket.pipe(verdict).pipe(process.stdout, { end: false });
  socket.once("close", () => verdict.end());
  process.stdin.pipe(socket);
  if (terminal) process.stdin.setRawMode(true).on("data", (typed: Buffer) => leaveAt(typed, socket));
  try {
    const [end] = await Promise.all([endOf(socket), once(verdict, "end")]);
    return end === "ended" && verdict.hasFailed ? "failed" : end;
  } finally {
    if (terminal) process.stdin.setRawMode(false);
    process.stdin.pause();
  }
}

/** Passes on all but the last line of a node that says how many errors nobody caught: it begins with a NUL. */
class Verdict extends Transform {
  hasFailed = false;
  #kept = Buffer.alloc(0);

  override _transform(bytes: Buffer, _: BufferEncoding, done: (error: null, passed: Buffer) => void): void {
    const all = Buffer.concat([this.#kept, bytes]);
    const at = all.lastIndexOf(0);
    const isKept = at !== -1 && all.length - at <= LONGEST_VERDICT;
    this.#kept = isKept ? all.subarray(at) : Buffer.alloc(0);
    done(null, isKept ? all.subarray(0, at) : all);
  }

  override _flush(done: (error: null, passed: Buffer) => void): void {
    const [, count] = VERDICT.exec(this.#kept.toString("latin1")) ?? [];
    this.hasFailed = count !== undefined && count !== "0";
    done(null, count === undefined ? this.#kept : Buffer.alloc(0));
  }
}

/** Where either is not, nobody edits a line, and whoever reads wants the values alone. */
function isTerminal(): boolean {
  return [process.stdin, process.stdout].every(({ isTTY }) => isTTY);
}

function leaveAt(typed: Buffer, socket: Socket): void {
  if (!typed.includes(LEAVE)) return;
  process.stdout.write("\n");
  socket.destroy();
}

/** A node that has closed its half only still reads ours; of one that is gone, the system says that nobody does. */
function endOf(socket: Socket): Promise<"ended" | "cut"> {
  return new Promise((resolve) => {
    socket.once("end", () => {
      process.stdin.unpipe(socket);
      if (!socket.writableEnded) socket.end("\n");
    });
    socket.once("error", () => resolve("cut"));
    socket.once("close", () => resolve("ended"));
  });
}
