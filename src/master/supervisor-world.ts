// What the supervisor is told, and the outside as it reaches it.
import type { StartError } from "../errors.js";
import type { ScaleRange } from "../options.js";
import type { RestartOptions } from "../restart-options.js";
import type { IdleLimit, SocketAddress, SocketKey, ToNode, ToSupervisor } from "../protocol.js";
import type { Port } from "../port-options.js";
import type { NodeExit, ReloadEvent, Status } from "../role.js";
import type { SocketHandle } from "../serve/handles.js";
import type { NodeRecord } from "./fleet.js";
import type { HealthLimits } from "./health.js";
import type { MortalityOptions } from "./mortality.js";
import type { About } from "./status.js";

/** Everything that reaches the supervisor. */
export type SupervisorMessage =
  /** The sockets are bound: fill the places. */
  | { type: "start" }
  /** End every node in order; a second one changes nothing. */
  | { type: "stop"; idle: IdleLimit }
  /** End every node at once. */
  | { type: "kill" }
  | { type: "fill"; place: number }
  | { type: "checkup" }
  /** The turn of the event loop in which nodes were started is over. */
  | { type: "turn" }
  | { type: "started"; id: string; pid: number }
  | { type: "said"; id: string; message: ToSupervisor }
  | { type: "overdue"; id: string }
  /** A successor has served for a while. */
  | { type: "proven"; id: string }
  /** Where a hung node hangs, as far as that could be found out. */
  | { type: "examined"; id: string; stack: string | undefined }
  | { type: "exited"; id: string; code: number | null; signal: NodeJS.Signals | null; lastError: string | undefined };

export type Said = Extract<SupervisorMessage, { type: "said" }>;
export type Exited = Extract<SupervisorMessage, { type: "exited" }>;
/** What concerns one node that is there. */
export type AboutNode = Exclude<Extract<SupervisorMessage, { id: string }>, Exited>;

/** The outside. */
export interface World {
  now(): number;
  /** From 0 to 1. */
  random(): number;
  /** Tells the supervisor a message after so many milliseconds; returns what takes that back. */
  later(ms: number, message: SupervisorMessage): () => void;
  /** Starts a process for a node; `started` and `exited` follow as messages, the second in any case. */
  spawn(id: string, place: number): void;
  send(id: string, message: ToNode, handle?: SocketHandle): void;
  /** A node has come to another state, its first included. */
  moved(node: Pick<NodeRecord, "id" | "place" | "state">): void;
  /** What is known of connections that the master accepts; `undefined` where nodes do that themselves. */
  accepted(): Status["accepted"];
  /** Where the service listens. */
  addresses(): Status["addresses"];
  /** Which other node has a port for itself; `undefined`: none. */
  ownerOf(address: SocketAddress, asking: string): string | undefined;
  /** @param extent with "group", all that its program has started ends too */
  kill(id: string, extent: "process" | "group"): void;
  /** Finds out where a node hangs; `examined` follows as a message. */
  examine(id: string): void;
  /** Binds an address that a node asked for and sends it the socket. */
  bind(id: string, key: SocketKey, port: Port): void;
  log(line: string): void;
  /** A place or, with `all`, the last of them is filled by a node that serves. */
  onReady(all: boolean): void;
  onExit(exit: NodeExit): void;
  onReload(event: ReloadEvent): void;
  /** A node wants the whole service to end. */
  onCloseRequest(): void;
  /** No node is left and none will come; with an error where that was not asked for. */
  onEnd(error: StartError | undefined): void;
}

export interface SupervisorOptions extends HealthLimits {
  /** How many nodes are wanted, the master not counted. */
  places: number;
  restartChildren: boolean;
  restart: Required<RestartOptions>;
  /** Whether the master itself serves, so that the service lives without nodes. */
  masterServes: boolean;
  firstStart: MortalityOptions["firstStart"];
  readyTimeout: number;
  /** Whether the program has to say that it is ready. */
  waitReady: boolean;
  /** Milliseconds; a node that serves for less has not worked. */
  minUptime: number;
  drainTimeout: number;
  surge: number;
  /** How many nodes may be starting at once. */
  startsAtOnce: number;
  scale: ScaleRange | undefined;
  /** For its status. */
  about: About;
  /** For messages: which program the nodes run. */
  program: string;
}
