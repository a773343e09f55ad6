// Starts the program of a node: the descriptors that it inherits, its IPC channel, how it ended.
import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";
import type { Readable } from "node:stream";
import { UsageError } from "../errors.js";
import { BOOT_VARIABLE, type Boot, seal, type ToMaster, type ToNode, unseal } from "../protocol.js";
import type { SocketHandle } from "../serve/server.js";
import { LastError } from "./last-error.js";

/** The program that nodes run. */
export interface Program {
  script: string;
  args: readonly string[];
  execArgv: readonly string[];
}

export interface ChildEvents {
  message(message: ToMaster): void;
  /** Once, whether it ran or could not be started. */
  exit(code: number | null, signal: NodeJS.Signals | null, lastError: string | undefined): void;
}

/** The master's grip on a node's process. */
export interface Child {
  readonly pid: number | undefined;
  send(message: ToNode, handle?: SocketHandle): void;
  kill(): void;
}

/** Milliseconds for what an ended process wrote to arrive. */
const LAST_WORDS_MS = 100;
/** Standard input, output and error and the IPC channel come first. */
const FIRST_SOCKET_FD = 4;

/**
 * This process' own program, or another.
 * @throws UsageError MN_ERR_OPTION when this process runs no program file and none is given.
 */
export function programOf(script: string | undefined, args: readonly string[] | undefined): Program {
  const [, own, ...ownArgs] = process.argv;
  const file = script ?? own;
  if (file === undefined || (script === undefined && runsWithoutFile())) {
    throw new UsageError("MN_ERR_OPTION", "option script: this process runs no program file, so one must be given");
  }
  return { script: resolve(file), args: args ?? ownArgs, execArgv: process.execArgv.filter(isForNodes) };
}

/** Starts a node that inherits the sockets in `boot`, whose descriptors are numbered here. */
export function startChild(
  program: Program,
  boot: Omit<Boot, "sockets">,
  sockets: readonly (Omit<Boot["sockets"][number], "fd"> & { handle: SocketHandle })[],
  events: ChildEvents,
): Child {
  const inherited = sockets.map(({ handle: _, ...socket }, index) => ({ ...socket, fd: FIRST_SOCKET_FD + index }));
  const child = spawn(process.execPath, [...program.execArgv, program.script, ...program.args], {
    stdio: ["ignore", "inherit", "pipe", "ipc", ...sockets.map(({ handle }) => handle.fd)],
    env: { ...process.env, [BOOT_VARIABLE]: JSON.stringify({ ...boot, sockets: inherited } satisfies Boot) },
  });
  watch(child, events);
  return {
    pid: child.pid,
    send: (message, handle) => {
      if (child.connected) child.send(seal(message), handle as never, {}, () => {});
    },
    kill: () => void child.kill("SIGKILL"),
  };
}

function watch(child: ChildProcess, events: ChildEvents): void {
  const lastError = new LastError();
  child.stderr?.on("data", (chunk: Buffer) => {
    lastError.push(chunk);
    process.stderr.write(chunk);
  });
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
    whenRead(child.stderr, () => events.exit(code, signal, lastError.text));
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

function runsWithoutFile(): boolean {
  return process.execArgv.some((argument) => /^(-e|--eval|-p|--print|-pe)$/.test(argument));
}

/** An inspector's port can be opened by one process only; and what was evaluated is not the nodes' program. */
function isForNodes(argument: string): boolean {
  return !argument.startsWith("--inspect");
}
