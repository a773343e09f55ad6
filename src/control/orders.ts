// What each request makes the master do, and what is told on the way.
import { ControlError } from "../errors.js";
import { Deferred } from "../promises.js";
import type { Order } from "../protocol.js";
import type { Status } from "../role.js";
import type { Command, Info } from "./commands.js";
import { Following, type LogSink } from "./following.js";
import type { Governed } from "./governed.js";

/** Lines of the log that are sent where the request does not say how many. */
const LINES = 100;

/** Who has asked. */
export interface Asker extends LogSink {
  /** Resolves when the client is gone, or the service is: nobody waits for lines any more. */
  readonly over: Promise<void>;
  /** Calls whenever all that waited for the client has been read; returns what ends that. */
  onDrain(listener: () => void): () => void;
}

/** Resolves with the command's result, see Results. */
export function carryOut(governed: Governed, info: Info, command: Command, asker: Asker): Promise<unknown> {
  switch (command.command) {
    case "info":
      return Promise.resolve(info);
    case "status":
      return governed.order({ type: "status" });
    case "reload":
      return watched(governed, asker, () => governed.order({ type: "reload" }));
    case "scale":
      return watched(governed, asker, () => governed.order({ type: "resize", nodes: command.nodes }));
    case "restart":
      return watched(governed, asker, () => governed.order({ type: "restart", node: command.node }));
    case "stop":
      return watched(governed, asker, () => governed.stop());
    case "logs":
      return sendLogs(governed, command, asker);
    case "repl":
      return governed.tool(command.node, { name: "repl" });
    case "inspect":
      return inspect(governed, command.node, asker);
    case "profile":
      return governed.tool(command.node, { name: "profile", duration: command.duration, path: command.path });
    default:
      return governed.tool(command.node, { name: command.command, path: command.path });
  }
}

/** Tells what becomes of nodes until it is done. */
async function watched(governed: Governed, asker: Asker, act: () => Promise<unknown>): Promise<null> {
  const unwatch = governed.watch((progress) => asker.emit(progress));
  try {
    await act();
    return null;
  } finally {
    unwatch();
  }
}

/** Resolves when the client is gone, or the node: until then the inspector is open. */
async function inspect(governed: Governed, node: string, asker: Asker): Promise<null> {
  const ended = new Deferred<void>();
  const unwatch = governed.watch((progress) => {
    if (progress.type === "exit" && progress.exit.id === node) ended.resolve();
  });
  try {
    const { url } = (await governed.tool(node, { name: "inspect" })) as { url: string };
    asker.emit({ type: "inspector", url });
    await Promise.race([asker.over, ended.promise]);
    return null;
  } finally {
    unwatch();
    // Also after a failure: a node that answers too late has opened it. One that has ended has closed it.
    await governed.tool(node, { name: "end-inspect" }).catch(() => {});
  }
}

async function sendLogs(
  governed: Governed,
  { lines = LINES, follow = false, node }: Extract<Command, { command: "logs" }>,
  asker: Asker,
): Promise<null> {
  const { logs } = governed;
  if (node !== undefined && node !== "master") await checkNode(governed, node);
  const following = new Following(asker);
  following.recall(logs, lines, node);
  if (follow) {
    following.follow(logs, node);
    const unlisten = asker.onDrain(() => following.onDrain());
    await asker.over;
    unlisten();
  }
  following.end();
  return null;
}

/** Of a node that is gone there may still be lines. */
async function checkNode(governed: Governed, node: string): Promise<void> {
  if (governed.logs.recent(1, node).length > 0) return;
  const { nodes } = (await governed.order({ type: "status" } satisfies Order)) as Status;
  const ids = nodes.map(({ id }) => id);
  if (ids.includes(node)) return;
  throw new ControlError("MN_ERR_NO_SUCH_NODE", `${node} is not there: there are ${["master", ...ids].join(", ")}`);
}
