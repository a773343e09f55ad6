// The supervisor's outside as it really is: processes, timers, sockets.
import type { BindError } from "../errors.js";
import type { ToNode } from "../protocol.js";
import type { Sockets } from "./sockets.js";
import { type Child, type Program, startChild } from "./spawn.js";
import type { SupervisorMessage, World } from "./supervisor.js";

export interface WorldOptions {
  program: Program;
  folder: string;
  token: Buffer;
  sockets: Sockets;
  tell: (message: SupervisorMessage) => void;
}

/** What only the master itself can answer. */
export type Reports = Pick<World, "log" | "onReady" | "onExit" | "onCloseRequest" | "onEnd">;

export function makeWorld(options: WorldOptions, reports: Reports): World {
  const { tell, sockets } = options;
  const children = new Map<string, Child>();
  const send = (id: string, message: ToNode): void => children.get(id)?.send(message);
  return {
    ...reports,
    now: Date.now,
    later: (ms, message) => {
      const timer = setTimeout(() => tell(message), ms);
      return () => clearTimeout(timer);
    },
    spawn: (id) => {
      const child = startNode(id, options, () => children.delete(id));
      children.set(id, child);
      if (child.pid !== undefined) tell({ type: "started", id, pid: child.pid });
    },
    send,
    kill: (id) => children.get(id)?.kill(),
    bind: (id, key, port) => {
      sockets.hold(key, port).then(
        ({ handle, address, file }) =>
          children.get(id)?.send({ type: "socket", socket: { key, address, ...(file && { file }) } }, handle),
        ({ code, message }: BindError) => send(id, { type: "no-socket", key, code, message }),
      );
    },
  };
}

function startNode(id: string, { program, folder, token, sockets, tell }: WorldOptions, forget: () => void): Child {
  const child = startChild(program, { id, master: process.pid, folder }, sockets.held, {
    message: (message) => tell({ type: "said", id, message }),
    exit: (code, signal, lastError) => {
      forget();
      tell({ type: "exited", id, code, signal, lastError });
    },
  });
  child.send({ type: "token", token: token.toString("hex") });
  return child;
}
