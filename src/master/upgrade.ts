// The master replaces itself: a new one, from the program and the Node that are there now, takes over the held sockets.
import { type ChildProcess, spawn } from "node:child_process";
import { StartError } from "../errors.js";
import { seal, unseal } from "../envelope.js";
import { HANDOVER_VARIABLE, type Handover, type SuccessorMessage } from "../protocol.js";
import type { ServiceOptions } from "../options.js";
import { Deferred } from "../promises.js";
import type { HeldSocket } from "./held-socket.js";
import type { Program } from "./program.js";

/** Standard input, output and error and the IPC channel come first. */
const FIRST_SOCKET_FD = 4;
/** Milliseconds that a new master has beyond its nodes' time to serve. */
const START_GRACE = 10_000;
/** Milliseconds that a new master which is given up has to end in order. */
const END_MS = 5_000;

/**
 * Starts a new master with the held sockets. Resolves when its nodes serve: then this one is to drain its own and end.
 * @param program what this master runs, with all of its own options of Node
 * @param signal aborts when this master is to end before that
 * @throws StartError MN_ERR_UPGRADE_FAILED when it does not come to that: nothing has changed, and nothing is left of it
 */
export async function startSuccessor(
  program: Program,
  sockets: HeldSocket[],
  { readyTimeout, masterListen, balance }: Pick<ServiceOptions, "readyTimeout" | "masterListen" | "balance">,
  signal: AbortSignal,
): Promise<void> {
  // In a container the end of the first process is the end of all.
  if (process.pid === 1) throw failed("this process has the id 1, and whatever replaces it would end with it");
  const acceptsItself = masterListen || balance.balance !== "shared";
  if (acceptsItself && sockets.some(({ address }) => typeof address === "string")) {
    const why = 'as this one accepts itself (masterListen, or a balance other than "shared")';
    throw failed(`${why}, its end would remove the file of the Unix socket that the new one serves`);
  }
  const child = spawnSuccessor(program, sockets);
  const ready = new Deferred<void>();
  const timer = setTimeout(() => ready.reject(failed("it did not serve in time")), readyTimeout + START_GRACE);
  signal.addEventListener("abort", () => ready.reject(failed("the service ends")));
  child.on("error", (error) => ready.reject(failed(error.message)));
  child.on("exit", (code, signal) => ready.reject(failed(`it ended with ${signal ?? `code ${code}`}`)));
  child.on("message", (value) => {
    if (unseal<SuccessorMessage>(value)?.type === "serving") ready.resolve();
  });
  try {
    await ready.promise;
    letGo(child);
  } catch (error) {
    end(child);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Tells the old master, if this one was started by one, that it may go. */
export function tellPredecessor(): void {
  process.send?.(seal<SuccessorMessage>({ type: "serving" }), undefined, undefined, () => {
    if (process.connected) process.disconnect();
  });
}

function spawnSuccessor(program: Program, sockets: HeldSocket[]): ChildProcess {
  const handover: Handover = {
    master: process.pid,
    sockets: sockets.map(({ key, address, file }, index) => ({
      key,
      address,
      fd: FIRST_SOCKET_FD + index,
      ...(file && { file }),
    })),
  };
  // argv0 as it was given: `node` is looked up anew, and so is a symbolic link.
  return spawn(process.argv0, [...process.execArgv, program.script, ...program.args], {
    stdio: ["inherit", "inherit", "inherit", "ipc", ...sockets.map(({ handle }) => handle.fd)],
    cwd: program.cwd,
    env: { ...process.env, [HANDOVER_VARIABLE]: JSON.stringify(handover) },
  });
}

/** In order, so that nothing of it stays; at once where that takes too long. */
function end(child: ChildProcess): void {
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), END_MS);
  timer.unref();
  child.once("exit", () => clearTimeout(timer));
}

function letGo(child: ChildProcess): void {
  child.removeAllListeners("exit");
  child.unref();
  child.channel?.unref();
}

function failed(why: string): StartError {
  return new StartError("MN_ERR_UPGRADE_FAILED", `the new master is given up, this one goes on: ${why}`);
}
