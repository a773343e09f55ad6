// The master replaces itself: a new one, from the program and the Node that are there now, takes over the held sockets.
import { type ChildProcess, spawn } from "node:child_process";
import { StartError } from "../errors.js";
import { seal, unseal } from "../envelope.js";
import type { ServiceOptions } from "../options.js";
import { Deferred } from "../promises.js";
import {
  HANDOVER_VARIABLE,
  type HandedTicketKeys,
  type Handover,
  type PredecessorMessage,
  type SuccessorMessage,
} from "./handover.js";
import { handover } from "./inherited.js";
import type { HeldSocket } from "./held-socket.js";
import type { Program } from "./program.js";

/** Standard input, output and error and the IPC channel come first. */
const FIRST_SOCKET_FD = 4;
/** Milliseconds that a new master has beyond its nodes' time to serve. */
const START_GRACE = 10_000;
/** Milliseconds for what an old master sends at once. */
const HANDED_MS = 1_000;
/** Milliseconds that a new master which is given up has to end in order. */
const END_MS = 5_000;

/** A new master whose nodes serve. */
export interface Successor {
  pid: number;
  /** This master is no longer in charge. */
  putInCharge(lastNode: number | undefined): void;
}

/** What a new master gets. */
export interface Estate {
  sockets: HeldSocket[];
  /** The number of the node that was started last. */
  lastNode: number;
  /** For TLS sessions. */
  ticketKeys: HandedTicketKeys[];
}

/**
 * Starts a new master with the held sockets. Resolves when its nodes serve: then this one is to put it in charge, to drain
 * its own nodes and to end.
 * @param program what this master runs, with all of its own options of Node
 * @param signal aborts when this master is to end before that
 * @throws StartError MN_ERR_UPGRADE_FAILED when it does not come to that: nothing has changed, and nothing is left of it
 */
export async function startSuccessor(
  program: Program,
  { sockets, lastNode, ticketKeys }: Estate,
  { readyTimeout, masterListen, balance }: Pick<ServiceOptions, "readyTimeout" | "masterListen" | "balance">,
  signal: AbortSignal,
  onNumbered: (lastNode: number) => void,
): Promise<Successor> {
  // In a container the end of the first process is the end of all.
  if (process.pid === 1) throw failed("this process has the id 1, and whatever replaces it would end with it");
  const acceptsItself = masterListen || balance.balance !== "shared";
  if (acceptsItself && sockets.some(({ address }) => typeof address === "string")) {
    const why = 'as this one accepts itself (masterListen, or a balance other than "shared")';
    throw failed(`${why}, its end would remove the file of the Unix socket that the new one serves`);
  }
  const child = spawnSuccessor(program, { sockets, lastNode });
  child.send(seal<PredecessorMessage>({ type: "ticket-keys", all: ticketKeys }), () => {});
  const ready = new Deferred<void>();
  const timer = setTimeout(() => ready.reject(failed("it did not serve in time")), readyTimeout + START_GRACE);
  signal.addEventListener("abort", () => ready.reject(failed("the service ends")));
  child.on("error", (error) => ready.reject(failed(error.message)));
  child.on("exit", (code, signal) => ready.reject(failed(`it ended with ${signal ?? `code ${code}`}`)));
  child.on("message", (value) => {
    const message = unseal<SuccessorMessage>(value);
    if (message?.type === "serving") ready.resolve();
    if (message?.type === "numbered") onNumbered(message.lastNode);
  });
  try {
    await ready.promise;
    letGo(child);
    return successorOf(child);
  } catch (error) {
    end(child);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Tells the master that has started this one. Where it has died meanwhile, nothing happens. */
export function tellPredecessor(message: SuccessorMessage): void {
  if (process.connected) process.send?.(seal(message), undefined, undefined, () => {});
}

/** The same, and waits for its answer, or its end, for so many milliseconds; the connection to it ends with that. */
export async function askPredecessor(message: SuccessorMessage, ms: number): Promise<number | undefined> {
  if (!process.connected) return undefined;
  const answered = new Deferred<number | undefined>();
  const onMessage = (value: unknown): void => {
    const answer = unseal<PredecessorMessage>(value);
    if (answer?.type === "replaced") answered.resolve(answer.lastNode);
  };
  const onGone = (): void => answered.resolve(undefined);
  process.on("message", onMessage).once("disconnect", onGone);
  tellPredecessor(message);
  const timer = setTimeout(onGone, ms);
  const lastNode = await answered.promise;
  clearTimeout(timer);
  process.off("message", onMessage).off("disconnect", onGone);
  if (process.connected) process.disconnect();
  return lastNode;
}

function successorOf(child: ChildProcess): Successor {
  return {
    pid: child.pid ?? 0,
    putInCharge: (lastNode) => {
      if (child.connected) child.send(seal<PredecessorMessage>({ type: "replaced", lastNode }), () => {});
    },
  };
}

/** The keys for TLS sessions of the master that has started this one, if one has. */
export function ticketKeysOfPredecessor(): Promise<readonly HandedTicketKeys[]> {
  if (handover === undefined || !process.connected) return Promise.resolve([]);
  return new Promise((resolve) => {
    const end = (all: readonly HandedTicketKeys[]): void => {
      process.off("message", onMessage).off("disconnect", onGone);
      resolve(all);
    };
    const onGone = (): void => end([]);
    const onMessage = (value: unknown): void => {
      const message = unseal<PredecessorMessage>(value);
      if (message?.type === "ticket-keys") end(message.all);
    };
    process.on("message", onMessage).once("disconnect", onGone);
    setTimeout(onGone, HANDED_MS).unref();
  });
}

function spawnSuccessor(program: Program, { sockets, lastNode }: Omit<Estate, "ticketKeys">): ChildProcess {
  const handover: Handover = {
    master: process.pid,
    lastNode,
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
