// Starts the program of a node: the descriptors that it inherits, its IPC channel, what it writes, how it ended.
import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { seal, sealHidden, unseal } from "../envelope.js";
import { BOOT_VARIABLE, type Boot, type SocketInfo, type ToMaster, type ToNode } from "../protocol.js";
import { isUdp } from "../socket-key.js";
import type { SocketHandle } from "../serve/handles.js";
import type { Account } from "./account.js";
import { type HungStack, stackOf } from "./hung-stack.js";
import type { NodeOutput } from "./output/node-output.js";
import type { StreamName } from "./output/passage.js";
import { environmentOf, type Program } from "./program.js";
import { StderrTap } from "./stderr-tap.js";

export interface ChildEvents {
  /** Its process has been waited for, and its id is free; before `exit`, which waits for what it wrote. */
  waitedFor?(pid: number): void;
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
  /** From now on the address of its inspector does not get into the log, which more users may read. */
  hideInspector(): void;
  /** @param extent with "group", all that its program has started ends too, where the node leads a group */
  kill(extent: "process" | "group"): void;
}

/**
 * SIGUSR1 opens the inspector on a free loopback port, as other nodes may have theirs open. Every user of the machine can
 * connect to that port, but needs the inspector's UUID to attach: Node writes it to standard error, which only the master
 * reads, and does not publish it at /json/list.
 */
const INSPECTOR_FLAGS = ["--inspect-port=127.0.0.1:0", "--inspect-publish-uid=stderr"];
/** Milliseconds for what an ended process wrote to arrive. */
const LAST_WORDS_MS = 100;
/** Standard input, output and error and the IPC channel come first. */
const FIRST_SOCKET_FD = 4;

/** The held sockets that a node is to know, and who accepts from those of TCP and Unix; each node reads those of UDP. */
export interface NodeSockets {
  sockets: readonly (SocketInfo & { handle: SocketHandle })[];
  accepting: "node" | "master";
}

/** A child, and what is done with what it writes. */
interface Heard {
  child: ChildProcess;
  tap: StderrTap;
  output: NodeOutput;
}

/** What a node is told, and which slot of the service it fills. */
export interface NodeStart {
  boot: Omit<Boot, "sockets">;
  slot: number;
}

/** Starts a node that knows `sockets`, and inherits their descriptors where it is to accept from them itself. */
export function startChild(
  program: Program,
  account: Account | undefined,
  { boot, slot }: NodeStart,
  { sockets, accepting }: NodeSockets,
  output: NodeOutput,
  events: ChildEvents,
): Child {
  const passed = sockets.filter((socket) => accepting === "node" || isUdp(socket));
  const known = sockets.map(({ key, address, file, handle }) => {
    const index = passed.findIndex((socket) => socket.handle === handle);
    return { key, address, ...(file && { file }), ...(index >= 0 && { fd: FIRST_SOCKET_FD + index }) };
  });
  const { hosted } = boot;
  // The last one of a flag is valid, also before NODE_OPTIONS: nothing may publish the UUID.
  const execArgv = [...program.execArgv, ...(hosted ? ["--require", hosted.preload] : []), ...INSPECTOR_FLAGS];
  const child = spawn(process.execPath, [...execArgv, program.script, ...program.args], {
    stdio: ["ignore", output.stdout, "pipe", "ipc", ...passed.map(({ handle }) => handle.fd)],
    cwd: program.cwd,
    // What a terminal sends to all is for the master alone: a hosted program would end itself. Another user's process must not
    // have root's terminal as its own, as it could type there (TIOCSTI).
    detached: hosted !== undefined || account !== undefined,
    ...account,
    env: {
      ...environmentOf(program, slot),
      [BOOT_VARIABLE]: JSON.stringify({ ...boot, sockets: known } satisfies Boot),
    },
  });
  const envelop = hosted === undefined ? seal : sealHidden;
  const heard = hear(child, output);
  watch(heard, events);
  return {
    pid: child.pid,
    send: (message, handle) => {
      if (child.connected) child.send(envelop(message), handle as never, {}, () => {});
    },
    examine: () => examine(heard),
    hideInspector: () => heard.tap.hideInspector(),
    kill: (extent) => {
      if (extent === "group" && hosted !== undefined) killGroup(child);
      child.kill("SIGKILL");
    },
  };
}

/** While the node has not been waited for, its id is that of its group for certain. */
function killGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has not come to lead a group.
  }
}

function hear(child: ChildProcess, output: NodeOutput): Heard {
  if (child.pid !== undefined) output.started(child.pid);
  child.stdout?.on("data", (bytes: Buffer) => output.take("stdout", bytes));
  const tap = new StderrTap(child.stderr, (bytes) => output.take("stderr", bytes));
  for (const [name, stream] of outputsOf(child)) {
    output.add(name, stream);
    stream.on("close", () => {
      output.release(name, stream);
      output.finish(name);
    });
  }
  return { child, tap, output };
}

function outputsOf({ stdout, stderr }: ChildProcess): [StreamName, Readable][] {
  const named: [StreamName, Readable | null][] = [
    ["stdout", stdout],
    ["stderr", stderr],
  ];
  return named.filter((output): output is [StreamName, Readable] => output[1] !== null);
}

async function examine({ child: { pid, stderr }, tap, output }: Heard): Promise<HungStack> {
  if (pid === undefined) return { type: "none", reason: "it was never started" };
  // What the inspector says must not wait for whoever reads the log.
  if (stderr !== null) output.release("stderr", stderr);
  const stack = await stackOf({ pid, url: tap.inspect().url });
  tap.stopInspecting();
  if (stderr !== null && !stderr.closed) output.add("stderr", stderr);
  return stack;
}

function watch({ child, tap, output }: Heard, events: ChildEvents): void {
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
    if (child.pid !== undefined) events.waitedFor?.(child.pid);
    const outputs = outputsOf(child);
    for (const [name, stream] of outputs) output.release(name, stream);
    whenRead(
      outputs.map(([, stream]) => stream),
      () => {
        output.ended();
        // Whoever has got them from it, as a child of its own, is to wait for the reader like any other.
        for (const [name, stream] of outputs) if (!stream.closed) output.add(name, stream);
        events.exit(code, signal, tap.lastError);
      },
    );
  });
}

/** What a process wrote last arrives behind its end; a child of its own may hold the pipe open long after that. */
function whenRead(streams: readonly Readable[], action: () => void): void {
  const open = new Set(streams.filter(({ closed }) => !closed));
  if (open.size === 0) return action();
  const timer = setTimeout(done, LAST_WORDS_MS);
  const closers = [...open].map((stream) => {
    const onClose = (): void => {
      open.delete(stream);
      if (open.size === 0) done();
    };
    stream.once("close", onClose);
    return () => stream.off("close", onClose);
  });
  function done(): void {
    clearTimeout(timer);
    for (const close of closers) close();
    action();
  }
}
