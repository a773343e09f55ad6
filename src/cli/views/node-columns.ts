// What is shown of a node, column by column: the same in `status` and in `top`. Pure.
import type { NodeStatus } from "../../index.js";
import { shortEnd } from "./exit-text.js";
import type { Span } from "./line.js";
import type { Tone } from "../../tones.js";
import type { Column } from "./table.js";
import { printable } from "../../printable.js";
import { bytes, count, duration, milliseconds, percent } from "./units.js";

export type NodeColumn = Column<NodeStatus>;

export const id: NodeColumn = { title: "NODE", cell: (node) => printable(node.id) };
/** What `#2` means in a command. */
export const slot: NodeColumn = figure("SLOT", ({ place }) => `#${place}`);
export const pid: NodeColumn = { title: "PID", cell: (node) => String(node.pid ?? "-"), align: "right" };
export const state: NodeColumn = { title: "STATE", cell: stateCell };
export const restarts: NodeColumn = { title: "RESTARTS", cell: restartsCell, align: "right" };
export const lastEnd: NodeColumn = { title: "LAST END", cell: lastEndCell, least: 8 };

export const connections: NodeColumn = figure("CONN", ({ vitals }) => count(vitals?.connections));
export const rate: NodeColumn = figure("REQ/S", ({ vitals }) => count(vitals?.rate));
export const p50: NodeColumn = figure("P50", ({ vitals }) => milliseconds(vitals?.responseTime?.p50));
export const p99: NodeColumn = figure("P99", ({ vitals }) => milliseconds(vitals?.responseTime?.p99));
export const loop: NodeColumn = figure("LOOP", ({ vitals }) => percent(vitals?.utilization));
export const delay: NodeColumn = figure("DELAY", ({ vitals }) => milliseconds(vitals?.delay));
export const cpu: NodeColumn = figure("CPU", ({ vitals }) => percent(vitals?.cpu));
export const memory: NodeColumn = figure("MEMORY", ({ vitals }) => bytes(vitals?.rss));

/** @param now milliseconds since the epoch */
export function uptime(now: number): NodeColumn {
  return figure("UPTIME", ({ since }) => duration(Math.max(0, now - since)));
}

const TONE_OF_STATE: ReadonlyMap<string, Tone> = new Map([
  ["spawning", "cyan"],
  ["serving", "green"],
  ["draining", "yellow"],
  ["hung", "red"],
]);

function stateCell(node: NodeStatus): Span {
  return { text: printable(node.state), tone: TONE_OF_STATE.get(node.state) };
}

function restartsCell(node: NodeStatus): Span {
  return { text: String(node.restarts), tone: node.restarts > 0 ? "yellow" : undefined };
}

function lastEndCell({ lastExit }: NodeStatus): string {
  return lastExit === undefined ? "-" : shortEnd(lastExit);
}

function figure(title: string, cell: (node: NodeStatus) => string): NodeColumn {
  return { title, cell, align: "right" };
}
