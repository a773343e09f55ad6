// A terminal, or a pipe, connected to the REPL of a node; the terminal is given back on every way out.
import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** Ctrl-], as in telnet: for a node that does not answer any more, as nothing else would get through to it. */
const LEAVE = 0x1d;

/** Resolves when the other side, or whoever types, has ended it. */
export async function converse(path: string): Promise<void> {
  const socket = connect(path);
  await once(socket, "connect");
  const terminal = isTerminal();
  const { columns, rows } = process.stdout;
  socket.write(`${JSON.stringify({ terminal, columns, rows })}\n`);
  socket.pipe(process.stdout, { end: false });
  process.stdin.pipe(socket);
  if (terminal) process.stdin.setRawMode(true).on("data", (typed: Buffer) => leaveAt(typed, socket));
  try {
    await once(socket, "close");
  } finally {
    process.stdin.unpipe(socket);
    if (terminal) process.stdin.setRawMode(false);
    process.stdin.pause().unref();
  }
}

/** Where either is not, nobody edits a line, and whoever reads wants the values alone. */
function isTerminal(): boolean {
  return Boolean(process.stdin.isTTY && process.stdout.isTTY);
}

function leaveAt(typed: Buffer, socket: Socket): void {
  if (!typed.includes(LEAVE)) return;
  process.stdout.write("\n");
  socket.destroy();
}
