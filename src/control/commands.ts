// Every message on the control socket: lines of JSON, requests one way, answers the other. docs/control.md explains each.
import type { LogLine } from "../log-lines.js";
import type { Progress, Status } from "../role.js";

export type { Progress };

/** The version of this protocol; a master answers `info` in every version. */
export const CONTROL_VERSION = 1;

/** The name of the control socket in a service's private folder. */
export const CONTROL_SOCKET = "control";

/** A request; the answers to it bear its id. */
export type Request = { id: number | string } & Command;

export type Command =
  | { command: "info" }
  | { command: "status" }
  | { command: "reload" }
  | { command: "scale"; nodes: number }
  | { command: "restart"; node: string }
  /** Answered when nothing of the service is left but the master. */
  | { command: "stop" }
  /** The latest `lines`; with `follow` those that come too, until the client goes. */
  | { command: "logs"; lines?: number; follow?: boolean; node?: string }
  | { command: "repl"; node: string }
  /** The inspector is open as long as the request is in progress: until the client goes, or the node. */
  | { command: "inspect"; node: string }
  | { command: "profile"; node: string; duration: number; path: string }
  | { command: "heap"; node: string; path: string }
  | { command: "report"; node: string; path: string };

export type CommandName = Command["command"];

/** What is answered: any number of events, then a result or an error. */
export type Answer =
  | { id: number | string; event: ControlEvent }
  | { id: number | string; result: unknown }
  /** `id` is null where the request could not be read. */
  | { id: number | string | null; error: { code: string; message: string } };

/** What happens while a request is carried out. */
export type ControlEvent =
  /** Lines of output, for `logs`. */
  | { type: "lines"; lines: LogLine[] }
  /** So many lines were left out, as the client does not read fast enough. */
  | { type: "skipped"; lines: number }
  /** The address of the inspector, for `inspect`. */
  | { type: "inspector"; url: string }
  | Progress;

/** What is answered to `info`. */
export interface Info {
  /** Of this protocol. */
  protocol: number;
  /** Of multi-node in the master. */
  version: string;
  name: string;
  pid: number;
  /** Of the master's user. */
  uid: number;
  script: string;
  cwd: string;
  /** Milliseconds since the epoch at which the master started. */
  since: number;
}

/** The result of each command. */
export interface Results {
  info: Info;
  status: Status;
  reload: null;
  scale: null;
  restart: null;
  stop: null;
  logs: null;
  repl: { path: string };
  inspect: null;
  profile: { path: string; bytes: number };
  heap: { path: string; bytes: number };
  report: { path: string; bytes: number };
}
