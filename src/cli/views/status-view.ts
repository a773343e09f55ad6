// What `status` shows: the service, its nodes, and why nodes of it died. Pure.
import type { NodeStatus, Status } from "../../index.js";
import { lastWords, shortEnd } from "./exit-text.js";
import { hanging, type Line } from "./line.js";
import * as columns from "./node-columns.js";
import { addressesText, nodesLine } from "./service-text.js";
import { table } from "./table.js";
import { printable } from "../../printable.js";
import { duration } from "./units.js";

export interface StatusViewOptions {
  /** Milliseconds since the epoch. */
  now: number;
  /** Columns of the terminal. */
  width: number;
}

const LABEL_WIDTH = 10;

export function statusLines(status: Status, { now, width }: StatusViewOptions): Line[] {
  const nodes = table(columnsFor(now), status.nodes, { width, overflow: "continue" });
  return [
    [{ text: printable(status.name), tone: "bold" }, ` (pid ${status.pid}), up ${duration(now - status.since)}`],
    ...aboutLines(status, width),
    [],
    ...(status.nodes.length === 0 ? [["no node is there"]] : nodes),
    ...endings(status.nodes, width),
  ];
}

function columnsFor(now: number): columns.NodeColumn[] {
  const { id, slot, pid, state, uptime, restarts, lastEnd } = columns;
  const { connections, rate, p50, p99, loop, delay, cpu, memory } = columns;
  return [id, slot, pid, state, uptime(now), restarts, lastEnd, connections, rate, p50, p99, loop, delay, cpu, memory];
}

function aboutLines(status: Status, width: number): Line[] {
  const accepted = status.accepted === undefined ? [] : [["accepted", acceptedText(status.accepted)] as const];
  const texts = [
    ["program", printable(status.script)],
    ["folder", printable(status.cwd)],
    ["listens", addressesText(status.addresses)],
    ...accepted,
  ] as const;
  const lines = texts.flatMap(([label, text]) => hanging(labelled(label), { text }, width));
  return [...lines, [...labelled("nodes"), ...nodesLine(status)]];
}

function labelled(label: string): Line {
  return ["  ", { text: label.padEnd(LABEL_WIDTH), tone: "dim" }];
}

function acceptedText({ waiting, held, malformed }: NonNullable<Status["accepted"]>): string {
  const open = Object.values(held).reduce((sum, count) => sum + count, 0);
  const each = Object.entries(held).map(([id, count]) => `${printable(id)} ${count}`);
  const refused = malformed === 0 ? "" : `, ${malformed} closed for a malformed PROXY header`;
  return `${waiting} waiting, ${open} held${each.length === 0 ? "" : ` (${each.join(", ")})`}${refused}`;
}

/** For each place whose nodes have died, what the last one wrote. */
function endings(nodes: readonly NodeStatus[], width: number): Line[] {
  const lines = nodes.flatMap(({ id, restarts, lastExit }) => {
    if (lastExit === undefined || restarts === 0) return [];
    const words = lastWords(lastExit);
    const how = `${printable(lastExit.id)} before it: ${shortEnd(lastExit)} after ${duration(lastExit.uptime)}`;
    const text = words === undefined ? how : `${how}, ${words}`;
    return hanging([`${printable(id)}: `], { text, tone: "yellow" }, width);
  });
  return lines.length === 0 ? [] : [[], ...lines];
}
