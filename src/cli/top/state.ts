// What `top` knows, what it is told, and what follows from that for the terminal and the service.
import type { Command, Progress } from "../../control/commands.js";
import type { Status } from "../../index.js";
import type { Span } from "../views/line.js";
import type { LogLine } from "../../log-lines.js";
import { type History, noHistory } from "./history.js";
import type { Key } from "./keys.js";

/** What can be ordered with a key. */
export type TopOrder = Extract<Command, { command: "reload" | "scale" | "restart" }>;

export interface TopState {
  /** As it was told last. */
  status: Status | undefined;
  /** Whether that still holds. */
  link: Link;
  history: History;
  /** The id of the node that keys are about. */
  selected: string | undefined;
  panel: "nodes" | "log" | "help";
  /** Whom to kill is asked twice. */
  question: { id: string; pid: number } | undefined;
  message: Span | undefined;
  log: readonly LogLine[];
  /** How many nodes were ordered, as long as that goes on. */
  aim: number | undefined;
}

/** `since`: of the latest answer, or of the first that failed to come; milliseconds since the epoch. */
export type Link =
  | { state: "looking" }
  | { state: "live"; since: number }
  | { state: "lost"; since: number; reason: string };

/** `now` in milliseconds since the epoch. */
export type TopEvent =
  | { type: "key"; key: Key }
  | { type: "status"; status: Status; now: number }
  /** No answer. */
  | { type: "lost"; now: number; reason: string }
  | { type: "progress"; progress: Progress }
  | { type: "done"; order: TopOrder }
  | { type: "failed"; order: TopOrder; reason: string }
  | { type: "killed"; id: string }
  | { type: "not-killed"; id: string; reason: string }
  /** The lines that follow are the latest, not what comes behind those before. */
  | { type: "log-begins" }
  | { type: "lines"; lines: readonly LogLine[] }
  | { type: "skipped"; lines: number };

export type TopEffect =
  | { type: "quit" }
  | { type: "suspend" }
  | { type: "order"; order: TopOrder }
  | { type: "kill"; id: string; pid: number }
  /** Lines of the log are wanted from now on, or not any more. */
  | { type: "follow" }
  | { type: "unfollow" };

export interface TopStep {
  state: TopState;
  effects: readonly TopEffect[];
}

export const firstState: TopState = {
  status: undefined,
  link: { state: "looking" },
  history: noHistory,
  selected: undefined,
  panel: "nodes",
  question: undefined,
  message: undefined,
  log: [],
  aim: undefined,
};
