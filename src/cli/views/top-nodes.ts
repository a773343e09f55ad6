// The nodes in `top`: a row each, one of them chosen, as many as there is space for. Pure.
import type { NodeStatus } from "../../index.js";
import type { TopState } from "../top/state.js";
import type { Line } from "./line.js";
import { lineWidth } from "./line.js";
import * as columns from "./node-columns.js";
import { sparkline } from "./sparkline.js";
import { table } from "./table.js";

export interface NodesSpace {
  columns: number;
  rows: number;
  /** Milliseconds since the epoch. */
  now: number;
}

/** So that the table stays where it is while figures change. */
const ROOM: Readonly<Record<string, number>> = {
  NODE: 7,
  PID: 7,
  STATE: 8,
  UPTIME: 11,
  CONN: 5,
  "REQ/S": 6,
  P50: 7,
  P99: 7,
  LOOP: 6,
  DELAY: 7,
  CPU: 6,
  MEMORY: 8,
};
const NARROWEST_CHART = 4;
const WIDEST_CHART = 24;
/** What all columns but the charts need. */
const WITHOUT_CHARTS = 140;
const MARK = "> ";

/** The titles, and as many rows as fit: the page that the chosen one is on. */
export function nodeLines(state: TopState, { columns: terminal, rows, now }: NodesSpace): Line[] {
  const nodes = state.status?.nodes ?? [];
  if (nodes.length === 0 || rows < 2) return [];
  const shown = page(nodes, state.selected, rows - 1);
  const width = terminal - MARK.length;
  const [titles = [], ...lines] = table(columnsFor(state, width, now), nodes, { width, overflow: "drop" });
  const marked = lines.map((line, index) => mark(line, nodes[index]?.id === state.selected, terminal));
  return [[" ".repeat(MARK.length), ...titles], ...marked.slice(shown.from, shown.to), ...shown.rest];
}

/** Which of them to show: all, or a page with a line that says what is left out. */
function page(
  nodes: readonly NodeStatus[],
  selected: string | undefined,
  rows: number,
): { from: number; to: number; rest: Line[] } {
  if (nodes.length <= rows) return { from: 0, to: nodes.length, rest: [] };
  const size = Math.max(1, rows - 1);
  const at = Math.max(
    0,
    nodes.findIndex(({ id }) => id === selected),
  );
  const from = Math.min(Math.floor(at / size) * size, nodes.length - size);
  const rest = `${nodes.length - size} more of ${nodes.length}`;
  return { from, to: from + size, rest: rows < 2 ? [] : [[{ text: `  … ${rest}`, tone: "dim" }]] };
}

/** Columns at the right fall away where the terminal is narrow, so those that matter less stand there. */
function columnsFor(state: TopState, width: number, now: number): columns.NodeColumn[] {
  const room = (width - WITHOUT_CHARTS) / 2;
  const charts = chartColumns(state, Math.floor(Math.max(NARROWEST_CHART, Math.min(WIDEST_CHART, room))));
  const { id, pid, uptime, rate, cpu, memory, p50, p99, connections, loop, delay, restarts, lastEnd } = columns;
  const first = [id, pid, columns.state, uptime(now), rate, charts.rate, cpu, charts.cpu, memory];
  const all = [...first, p99, connections, p50, loop, delay, restarts, lastEnd];
  return all.map((column) => ({ ...column, room: ROOM[column.title] ?? 0 }));
}

/** All nodes on one scale, so that they can be compared. */
function chartColumns({ history }: TopState, width: number): Record<"rate" | "cpu", columns.NodeColumn> {
  const series = [...history.nodes.values()];
  const topRate = Math.max(0, ...series.flatMap(({ rate }) => rate.slice(-width)));
  const topCpu = Math.max(1, ...series.flatMap(({ cpu }) => cpu.slice(-width)));
  return {
    rate: {
      title: "",
      cell: ({ id }) => ({ text: sparkline(history.nodes.get(id)?.rate ?? [], width, topRate), tone: "cyan" }),
    },
    cpu: {
      title: "",
      cell: ({ id }) => ({ text: sparkline(history.nodes.get(id)?.cpu ?? [], width, topCpu), tone: "magenta" }),
    },
  };
}

/** The chosen row is marked without colours too. */
function mark(line: Line, isChosen: boolean, width: number): Line {
  if (!isChosen) return [" ".repeat(MARK.length), ...line];
  const space = " ".repeat(Math.max(0, width - MARK.length - lineWidth(line)));
  return [MARK, ...line, space].map((part) => ({
    text: typeof part === "string" ? part : part.text,
    tone: "inverse",
  }));
}
