// A terminal, or a pipe, connected to the REPL of a node; the terminal is given back on every way out.
import { once } from "node:events";
import { closeSync, constants, existsSync, fstatSync, openSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { endWithReader } from "../output.js";

/** Ctrl-], as in telnet: for a node that does not answer any more, as nothing else would get through to it. */
const LEAVE = 0x1d;

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

/** Resolves with whether the REPL, or whoever types, has ended it, or the node was gone all at once. */
export async function converse(path: string): Promise<"ended" | "cut"> {
  const socket = connectTo(path);
  await once(socket, "connect");
  endWithReader();
  const terminal = isTerminal();
  const { columns, rows } = process.stdout;
  socket.write(`${JSON.stringify({ terminal, columns, rows })}\n`);
  socket.pipe(process.stdout, { end: false });
  process.stdin.pipe(socket);
  if (terminal) process.stdin.setRawMode(true).on("data", (typed: Buffer) => leaveAt(typed, socket));
  try {
    return await endOf(socket);
  } finally {
    if (terminal) process.stdin.setRawMode(false);
    process.stdin.pause();
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
