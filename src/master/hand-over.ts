// Who hands connections over to the nodes, where they do not accept themselves.
import { Dispatcher } from "../dispatch/dispatcher.js";
import { MASTER_ID } from "../mesh/endpoint.js";
import type { ServiceOptions } from "../options.js";
import type { Child } from "./spawn.js";

export interface HandOverEvents {
  log: (line: string) => void;
  /** Told when a socket cannot listen. */
  report: (error: Error) => void;
}

/** @returns `undefined` where nodes accept from the held sockets themselves */
export function dispatcherFor(
  { balance, masterListen }: Pick<ServiceOptions, "balance" | "masterListen">,
  children: ReadonlyMap<string, Child>,
  { log, report }: HandOverEvents,
): Dispatcher | undefined {
  if (balance.balance === "shared") return undefined;
  const dispatcher = new Dispatcher({
    settings: balance,
    send: (id, visit) => children.get(id)?.send({ type: "connection", ...visit.message }, visit.handle),
    ask: (id, number) => children.get(id)?.send({ type: "missing", number }),
    log,
    report,
    now: () => performance.now(),
  });
  if (masterListen) dispatcher.rotate(MASTER_ID, MASTER_ID, "in");
  return dispatcher;
}
