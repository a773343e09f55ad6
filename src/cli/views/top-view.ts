// The whole screen of `top`, line by line. Pure.
import type { Status } from "../../index.js";
import { load } from "../top/history.js";
import { keyHelp } from "../top/press.js";
import type { TopState } from "../top/state.js";
import { type Line, padLine, paintLine, type Span } from "./line.js";
import type { Paint } from "../../tones.js";
import { logLine } from "./log-view.js";
import { addressesText, nodesLine } from "./service-text.js";
import { sparkline } from "./sparkline.js";
import { printable } from "../../printable.js";
import { nodeLines } from "./top-nodes.js";
import { bytes, count, duration, percent } from "./units.js";

export interface TopViewOptions {
  columns: number;
  rows: number;
  /** Milliseconds since the epoch. */
  now: number;
  /** Milliseconds after which an answer is missed. */
  patience: number;
  paint: Paint;
}

const KEYS = "↑↓ choose  r reload  + - scale  d drain  K kill  l log  ? help  q quit";
/** What the line of all nodes together needs beside its two charts. */
const WITHOUT_CHARTS = 72;
const NARROWEST_CHART = 4;
const WIDEST_CHART = 40;

/** Exactly `rows` lines, none wider than `columns`. */
export function topScreen(state: TopState, { columns, rows, now, patience, paint }: TopViewOptions): string[] {
  const head = [...header(state, { columns, now, patience }), []];
  const foot: Line[] = [[messageOf(state)], [{ text: KEYS, tone: "dim" }]];
  const space = Math.max(0, rows - head.length - foot.length);
  const lines = [...head, ...fill(body(state, { columns, rows: space, now }), space), ...foot].slice(0, rows);
  return lines.map((line) => paintLine(line, columns, paint));
}

type HeaderOptions = Pick<TopViewOptions, "columns" | "now" | "patience">;

function header({ status, link, history }: TopState, { columns, now, patience }: HeaderOptions): Line[] {
  if (status === undefined) {
    const text = link.state === "lost" ? printable(link.reason) : "looks for the service …";
    return [[{ text: "multi-node top", tone: "bold" }], [{ text, tone: link.state === "lost" ? "red" : undefined }]];
  }
  return [
    [{ text: printable(status.name), tone: "bold" }, ` (pid ${status.pid}), up ${duration(now - status.since)}`],
    stateLine(status, link, { now, patience }),
    totalLine(status, history, columns),
  ];
}

/** CPU is drawn as a share of one core for each node. */
function totalLine({ nodes }: Status, history: TopState["history"], columns: number): Line {
  const { rate, cpu } = history.total;
  const total = load(nodes);
  const width = Math.floor(Math.max(NARROWEST_CHART, Math.min(WIDEST_CHART, (columns - WITHOUT_CHARTS) / 2)));
  return [
    ...figure("requests/s", count(total.rate), { text: sparkline(rate, width), tone: "cyan" }),
    ...figure("CPU", percent(total.cpu), {
      text: sparkline(cpu, width, Math.max(nodes.length, ...cpu)),
      tone: "magenta",
    }),
    ...figure("memory", bytes(total.rss)),
    ...figure("connections", count(total.connections)),
  ];
}

function stateLine(status: Status, link: TopState["link"], { now, patience }: Omit<HeaderOptions, "columns">): Line {
  const silence = link.state === "looking" ? 0 : now - link.since;
  if (link.state !== "lost" && silence < patience) {
    return [...nodesLine(status), ` at ${addressesText(status.addresses)}`];
  }
  const reason = link.state === "lost" ? `: ${printable(link.reason)}` : "";
  return [{ text: `no answer for ${duration(silence)}, what is shown is old${reason}`, tone: "red" }];
}

function figure(label: string, value: string, chart?: Span): Line {
  return [{ text: `${label} `, tone: "dim" }, value.padStart(6), ...(chart === undefined ? [] : [" ", chart]), "  "];
}

interface Space {
  columns: number;
  rows: number;
  now: number;
}

function body(state: TopState, space: Space): Line[] {
  if (state.panel === "help")
    return keyHelp.map(([keys, meaning]) => [{ text: keys.padEnd(12), tone: "bold" }, meaning]);
  if (state.panel === "nodes") return nodeLines(state, space);
  const nodes = nodeLines(state, { ...space, rows: Math.ceil(space.rows / 2) });
  const left = Math.max(0, space.rows - nodes.length - 1);
  const lines = state.log.slice(state.log.length - Math.min(left, state.log.length)).map(logLine);
  return [...nodes, padLine([{ text: "LOG", tone: "dim" }], space.columns), ...lines];
}

function fill(lines: readonly Line[], rows: number): Line[] {
  return Array.from({ length: rows }, (_, index) => lines[index] ?? []);
}

function messageOf({ question, message }: TopState): Span {
  if (question === undefined)
    return message === undefined ? { text: "" } : { ...message, text: printable(message.text) };
  return { text: `kill ${question.id} (pid ${question.pid})? y or n`, tone: "yellow" };
}
