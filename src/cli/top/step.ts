// Pure: what becomes of `top` with each key and each piece of news.
import type { Progress } from "../../control/commands.js";
import type { Status } from "../../index.js";
import { lastWords } from "../views/exit-text.js";
import { skippedText } from "../views/log-view.js";
import { progressLine } from "../views/progress-view.js";
import { noHistory, remember } from "./history.js";
import { press } from "./press.js";
import type { TopEvent, TopOrder, TopState, TopStep } from "./state.js";

/** Lines of the log that are kept: more than a screen shows. */
const KEPT_LINES = 200;

export function step(state: TopState, event: TopEvent): TopStep {
  if (event.type === "key") return press(state, event.key);
  return { state: { ...state, ...news(state, event) }, effects: [] };
}

function news(state: TopState, event: Exclude<TopEvent, { type: "key" }>): Partial<TopState> {
  switch (event.type) {
    case "status":
      return onStatus(state, event);
    case "lost":
      return onLost(state, event);
    case "progress":
      return onProgress(event.progress);
    case "done":
      return { ...settled(state, event.order), message: { text: doneText(event.order), tone: "green" } };
    case "failed":
      return { ...settled(state, event.order), message: { text: event.reason, tone: "red" } };
    case "killed":
      return { message: { text: `${event.id} was killed`, tone: "yellow" } };
    case "not-killed":
      return { message: { text: `${event.id} was not killed: ${event.reason}`, tone: "red" } };
    case "log-begins":
      return { log: [] };
    case "lines":
      return { log: [...state.log, ...event.lines].slice(-KEPT_LINES) };
    default:
      return { message: { text: skippedText(event.lines), tone: "yellow" } };
  }
}

/** A node keeps its place on the screen, and its successor comes to stand beside it. */
function onStatus(state: TopState, told: { status: Status; now: number }): Partial<TopState> {
  const nodes = [...told.status.nodes].sort((a, b) => a.place - b.place || a.since - b.since);
  const status = { ...told.status, nodes };
  return {
    status,
    link: { state: "live", since: told.now },
    // Another master counts its nodes from 1 again.
    history: remember(status.pid === state.status?.pid ? state.history : noHistory, status),
    selected: selection(state, status),
    question: status.nodes.some(({ pid }) => pid === state.question?.pid) ? state.question : undefined,
  };
}

/** When the selected node is gone, the newest one of its place is it. */
function selection({ selected, status: before }: TopState, { nodes }: Status): string | undefined {
  if (nodes.some(({ id }) => id === selected)) return selected;
  const place = before?.nodes.find(({ id }) => id === selected)?.place;
  return (nodes.findLast((node) => node.place === place) ?? nodes[0])?.id;
}

/** Nobody is killed by a process id that may be another's by now. */
function onLost({ link }: TopState, { now, reason }: { now: number; reason: string }): Partial<TopState> {
  const since = link.state === "looking" ? now : link.since;
  return { link: { state: "lost", since, reason }, question: undefined, aim: undefined };
}

function onProgress(progress: Progress): Partial<TopState> {
  const line = progressLine(progress);
  if (line === undefined) return {};
  const text = line.map((part) => (typeof part === "string" ? part : part.text)).join("");
  const isBad = progress.type === "exit" && lastWords(progress.exit) !== undefined;
  return { message: { text, tone: isBad ? "red" : "cyan" } };
}

function settled({ aim }: TopState, order: TopOrder): Partial<TopState> {
  return { aim: order.command === "scale" && order.nodes === aim ? undefined : aim };
}

function doneText(order: TopOrder): string {
  if (order.command === "reload") return "reloaded";
  if (order.command === "restart") return `${order.node} was replaced`;
  return `${order.nodes} ${order.nodes === 1 ? "node serves" : "nodes serve"}`;
}
