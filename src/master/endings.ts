// Pure: how the ends of nodes read, in the log and in the errors that end a service.
import { durationText } from "../duration.js";
import { ControlError, StartError } from "../errors.js";
import { printableLines } from "../printable.js";
import type { NodeExit, Status } from "../role.js";
import type { SocketAddress } from "../protocol.js";
import type { NodeRecord } from "./fleet.js";

const FRAMES_IN_LOG = 3;

export function nameOf({ id, pid }: { id: string; pid: number | undefined }): string {
  return `${id} (pid ${pid ?? "none"})`;
}

/** What is told of a node's end; what it said of its failure counts more than what it wrote. */
export function exitOf(
  { id, pid = 0, startedAt, reason, lastError }: NodeRecord,
  { code, signal, lastError: written }: Pick<NodeExit, "code" | "signal" | "lastError">,
  now: number,
): NodeExit {
  return { id, pid, code, signal, uptime: now - startedAt, reason, lastError: lastError ?? written };
}

/** Such as `ended with code 1 (Error: no database)`. */
export function describeEnd({ code, signal, reason, lastError }: NodeExit): string {
  const words = lastError === undefined ? undefined : printableLines(lastError);
  const why = words === undefined ? "" : ` (${reason === "hung" ? onOneLine(words) : words})`;
  if (reason === "hung") return `hung and was killed${why}`;
  if (reason === "not-ready") return `did not serve within readyTimeout and was killed${why}`;
  if (signal !== null) return `was ended by ${signal}${why}`;
  return code === null ? `could not be started${why}` : `ended with code ${code}${why}`;
}

/** Told to whoever waits for the end, such as `still ending: node-1 has 2 open connections; a second signal ends all at once`. */
export function stillEnding(nodes: Status["nodes"]): string {
  const names = nodes.map(({ id }) => id).join(", ");
  const connections = nodes.reduce((sum, { vitals }) => sum + (vitals?.connections ?? 0), 0);
  const what = `${connections} open ${connections === 1 ? "connection" : "connections"}`;
  return `still ending: ${names} ${nodes.length === 1 ? "has" : "have"} ${what}; a second signal ends all at once`;
}

/** The innermost frames of a stack, for a log with an event on each line. */
function onOneLine(stack: string): string {
  const frames = stack.split("\n").map((frame) => frame.trim());
  return frames.slice(0, FRAMES_IN_LOG).join(" < ");
}

/** Why a node cannot serve whose program asks for a port that another node has. */
export function portTaken({ port, transport }: SocketAddress, owner: string): string {
  const what = transport === "udp" ? `UDP port ${port}` : `port ${port}`;
  return (
    `the program asks for ${what} with exclusive: true, so only one node can have it, and ${owner} has it; ` +
    "run it with --shared-ports to share the port, or with one node"
  );
}

function describeStart(exit: NodeExit): string {
  const isSilent = exit.code === 0 && exit.lastError === undefined;
  const hint = isSilent ? ", with no server listening" : "";
  return exit.reason === "not-ready" ? describeEnd(exit) : `${describeEnd(exit)} before it served${hint}`;
}

/** @param failed how many starts in a row have */
export function startFailed(program: string, exit: NodeExit, failed: number): StartError {
  const how =
    failed === 1
      ? `it ${describeStart(exit)}`
      : `${failed} starts in a row failed, the last one ${describeStart(exit)}`;
  return new StartError("MN_ERR_START_FAILED", `no node of ${program} serves: ${how}`);
}

export function resizeFailed(program: string, exit: NodeExit): StartError {
  return new StartError(
    "MN_ERR_START_FAILED",
    `fewer nodes of ${program} serve than are wanted: ${exit.id} ${describeEnd(exit)}`,
  );
}

export function lastNodeEnded(program: string, exit: NodeExit): StartError {
  return new StartError(
    "MN_ERR_LAST_NODE",
    `the last node of ${program} ${describeEnd(exit)}, and restartChildren is false`,
  );
}

export function tooManyDeaths(program: string, exit: NodeExit, deaths: number, period: number): StartError {
  return new StartError(
    "MN_ERR_RESTART_INTENSITY",
    `nodes of ${program} died ${deaths} times within ${durationText(period)}, the last one ${describeEnd(exit)}`,
  );
}

export function reloadFailed(exit: NodeExit, { servingSince }: Pick<NodeRecord, "servingSince">): StartError {
  const how = howSuccessorFailed(exit, { servingSince });
  return new StartError("MN_ERR_RELOAD_FAILED", `the reload was given up, the old nodes go on: ${how}`);
}

function howSuccessorFailed(exit: NodeExit, { servingSince }: Pick<NodeRecord, "servingSince">): string {
  const how =
    servingSince === undefined ? describeStart(exit) : `${describeEnd(exit)} just after it had begun to serve`;
  return `the new ${exit.id} ${how}`;
}

/** Told of a node that was to be replaced alone. */
export function renewalFailed(exit: NodeExit, node: Pick<NodeRecord, "servingSince" | "replaces">): StartError {
  return new StartError("MN_ERR_RELOAD_FAILED", `${node.replaces} goes on: ${howSuccessorFailed(exit, node)}`);
}

export function noSuchNode(
  id: string,
  state: NodeRecord["state"] | undefined,
  serving: readonly Pick<NodeRecord, "id">[],
): ControlError {
  const why = state === undefined ? "is not there" : `is ${state}`;
  const others =
    serving.length === 0
      ? "none serves"
      : `${serving.map((node) => node.id).join(", ")} ${serving.length === 1 ? "serves" : "serve"}`;
  return new ControlError("MN_ERR_NO_SUCH_NODE", `${id} ${why}: a node that serves is taken, and ${others}`);
}

export function reloadAbandoned(): StartError {
  return new StartError("MN_ERR_RELOAD_FAILED", "the reload was given up: the service ends");
}
