// Starts the program of a node: the descriptors that it inherits, its IPC channel, how it ended.
import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import {
  BOOT_VARIABLE,
  type Boot,
  type SocketInfo,
  seal,
  sealHidden,
  type ToMaster,
  type ToNode,
  unseal,
} from "../protocol.js";
import type { SocketHandle } from "../serve/handles.js";
import type { Account } from "./account.js";
import { type HungStack, stackOf } from "./hung-stack.js";
import type { Program } from "./program.js";
import { StderrTap } from "./stderr-tap.js";

export interface ChildEvents {
  message(message: ToMaster): void;
  /** Once, whether it ran or could not be started. */
  exit(code: number | null, signal: NodeJS.Signals | null, lastError: string | undefined): void;
}

/** The master's grip on a node's process. */
export interface Child {
  readonly pid: number | undefined;
  send(message: ToNode, handle?: SocketHandle): void;
  /** Asks it where it hangs. Never rejects. */
  examine(): Promise<HungStack>;
  kill(): void;
}

/** SIGUSR1 opens the inspector; on any free port of this machine, as other nodes may have theirs open. */
const INSPECTOR_PORT = "--inspect-port=127.0.0.1:0";
/** Milliseconds for what an ended process wrote to arrive. */
const LAST_WORDS_MS = 100;
/** Standard input, output and error and the IPC channel come first. */
const FIRST_SOCKET_FD = 4;

/** The held sockets that a node is to know, and who accepts from them. */
export interface NodeSockets {
  sockets: readonly (SocketInfo & { handle: SocketHandle })[];
  accepting: "node" | "master";
}

/** Starts a node that knows `sockets`, and inherits their descriptors where it is to accept from them itself. */
export function startChild(
  program: Program,
  account: Account | undefined,
  boot: Omit<Boot, "sockets">,
  { sockets, accepting }: NodeSockets,
  events: ChildEvents,
): Child {
  const inherits = accepting === "node";
  const known = sockets.map(({ key, address, file }, index) => ({
    key,
    address,
    ...(file && { file }),
    ...(inherits && { fd: FIRST_SOCKET_FD + index }),
  }));
  const { hosted } = boot;
  const execArgv = [INSPECTOR_PORT, ...program.execArgv, ...(hosted ? ["--require", hosted.preload] : [])];
  const child = spawn(process.execPath, [...execArgv, program.script, ...program.args], {
    stdio: ["ignore", "inherit", "pipe", "ipc", ...(inherits ? sockets.map(({ handle }) => handle.fd) : [])],
    cwd: program.cwd,
    // What a terminal sends to all is for the master alone: a hosted program would end itself.
    detached: hosted !== undefined,
    ...account,
    env: { ...process.env, [BOOT_VARIABLE]: JSON.stringify({ ...boot, sockets: known } satisfies Boot) },
  });
  const envelop = hosted === undefined ? seal : sealHidden;
  const tap = new StderrTap(child.stderr, (bytes) => void process.stderr.write(bytes));
  watch(child, tap, events);
  return {
    pid: child.pid,
    send: (message, handle) => {
      if (child.connected) child.send(envelop(message), handle as never, {}, () => {});
    },
    examine: () => examine(child, tap),
    kill: () => void child.kill("SIGKILL"),
  };
}

async function examine({ pid }: ChildProcess, tap: StderrTap): Promise<HungStack> {
  if (pid === undefined) return { type: "none", reason: "it was never started" };
  const stack = await stackOf({ pid, url: tap.inspect().url });
  tap.stopInspecting();
  return stack;
}

function watch(child: ChildProcess, tap: StderrTap, events: ChildEvents): void {
  child.on("message", (value) => {
    const message = unseal<ToMaster>(value);
    if (message !== undefined) events.message(message);
  });
  let failure: string | undefined;
  child.on("error", (error) => {
    failure ??= error.message;
    if (child.pid === undefined) events.exit(null, null, failure);
  });
  child.on("exit", (code, signal) => {
    whenRead(child.stderr, () => events.exit(code, signal, tap.lastError));
  });
}

/** What a process wrote last arrives behind its end; a child of its own may hold the pipe open long after that. */
function whenRead(stream: Readable | null, action: () => void): void {
  if (stream === null || stream.closed) return action();
  const timer = setTimeout(done, LAST_WORDS_MS);
  stream.once("close", done);
  function done(): void {
    clearTimeout(timer);
    stream?.off("close", done);
    action();
  }
}
