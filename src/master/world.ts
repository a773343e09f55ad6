// The supervisor's outside as it really is: processes, timers, sockets.
import { isToDispatcher, isToToolbox, isToUsage, type SocketKey } from "../protocol.js";
import type { Account } from "./account.js";
import { bind } from "./bind.js";
import { isToOwnPorts } from "./own-ports.js";
import type { Premises } from "./premises.js";
import type { Program } from "./program.js";
import { type Child, type NodeSockets, startChild } from "./spawn.js";
import type { SupervisorMessage, World } from "./supervisor-world.js";

export interface WorldOptions {
  program: Program;
  /** Whom nodes run as; `undefined`: as the master. */
  account: Account | undefined;
  premises: Premises;
  tell: (message: SupervisorMessage) => void;
}

/** What only the master itself can answer. */
export interface Reports extends Pick<World, "log" | "onReady" | "onExit" | "onReload" | "onCloseRequest" | "onEnd"> {
  /** A node's process is about to be started. */
  onSpawn: (id: string) => void;
}

export function makeWorld(options: WorldOptions, { onSpawn, ...reports }: Reports): World {
  const { tell, premises } = options;
  const { ownPorts, sockets, usage, children, dispatcher, news } = premises;
  const send: World["send"] = (id, message, handle) => children.get(id)?.send(message, handle);
  return {
    ...reports,
    now: Date.now,
    random: Math.random,
    later: (ms, message) => {
      const timer = setTimeout(() => tell(message), ms);
      return () => clearTimeout(timer);
    },
    spawn: (id, place) => {
      onSpawn(id);
      try {
        const child = startNode(id, place, options);
        children.set(id, child);
        premises.mesh.expect(id);
        if (child.pid === undefined) return;
        premises.guard(child.pid);
        tell({ type: "started", id, pid: child.pid });
      } catch (error) {
        const { message: lastError } = error as Error;
        setImmediate(() => tell({ type: "exited", id, code: null, signal: null, lastError }));
      }
    },
    onEnd: (error) => {
      if (error !== undefined) premises.output.gaveUp();
      reports.onEnd(error);
    },
    send,
    moved: ({ id, place, state }) => {
      if (state === "serving") premises.output.serving();
      if (state === "serving") usage.serves(id);
      else if (state !== "spawning") usage.gone(id);
      dispatcher?.rotate(id, String(place), state === "serving" ? "in" : "out");
      news.tell({ type: "node", id, place, state });
    },
    onExit: (exit) => {
      reports.onExit(exit);
      news.tell({ type: "exit", exit });
    },
    accepted: () => dispatcher?.counts,
    addresses: () => [...sockets.held.map(({ address }) => address), ...ownPorts.addresses],
    ownerOf: (address, id) => ownPorts.ownerOf(address, id),
    kill: (id, extent) => children.get(id)?.kill(extent),
    examine: (id) => void examine(id, children.get(id), tell),
    bind: (id, key, port) => void bind({ id, key, port }, premises, send),
  };
}

async function examine(id: string, child: Child | undefined, tell: WorldOptions["tell"]): Promise<void> {
  const found = await child?.examine();
  if (found === undefined) return;
  const stack = found.type === "stack" ? found.stack : `where is not known: ${found.reason}`;
  tell({ type: "examined", id, stack });
}

async function sendTicketKeys(child: Child, socket: SocketKey, { tickets }: WorldOptions["premises"]): Promise<void> {
  const { key, keys } = await tickets.of(socket);
  child.send({ type: "ticket-keys", key, keys });
}

function startNode(id: string, place: number, { program, account, premises, tell }: WorldOptions): Child {
  const { folder, token, hosted, reaper, helpers, children, dispatcher, ownPorts, toolbox, usage } = premises;
  const output = premises.output.node(id, place);
  const sockets: NodeSockets = {
    sockets: premises.sockets.held,
    accepting: dispatcher === undefined ? "node" : "master",
  };
  const expected = usage.expected(sockets.sockets.map(({ key }) => key));
  usage.starts(id, sockets.sockets);
  const stickyCookie = premises.stickyCookie(String(place));
  const boot = {
    id,
    master: process.pid,
    folder,
    ...(stickyCookie && { stickyCookie }),
    ...(hosted && { hosted, expected }),
  };
  const child = startChild(program, account, { boot, slot: place }, sockets, output, {
    message: (message) => {
      if (isToDispatcher(message)) {
        dispatcher?.hear(id, message);
        if (message.type === "accept") child.send({ type: "opened", key: message.key });
        return;
      }
      if (message.type === "tls") return void sendTicketKeys(child, message.key, premises);
      if (isToToolbox(message)) return toolbox.hear(id, message);
      if (message.type === "closed") dispatcher?.leave(id, message.key);
      if (isToUsage(message)) return usage.hear(id, message);
      if (isToOwnPorts(message)) return ownPorts.hear(id, message);
      if (message.type === "beat") dispatcher?.note(id, message.beat.utilization);
      tell({ type: "said", id, message });
    },
    waitedFor: (pid) => helpers.end(pid, () => reaper.unwatch(pid)),
    exit: (code, signal, lastError) => {
      children.delete(id);
      toolbox.gone(id);
      usage.gone(id);
      ownPorts.gone(id);
      dispatcher?.gone(id);
      tell({ type: "exited", id, code, signal, lastError });
    },
  });
  child.send({ type: "token", token: token.toString("hex") });
  return child;
}
