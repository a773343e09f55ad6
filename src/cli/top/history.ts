// What was measured lately, of each node and of all: what the small charts show. Pure.
import type { NodeStatus, Status } from "../../index.js";

/** One value for each time that was looked, the newest last. */
export interface Series {
  /** Requests a second. */
  rate: readonly number[];
  /** Of one core. */
  cpu: readonly number[];
}

export interface History {
  total: Series;
  /** By id. */
  nodes: ReadonlyMap<string, Series>;
}

/** As many as the widest chart shows. */
const KEPT = 120;
const NOTHING: Series = { rate: [], cpu: [] };

export const noHistory: History = { total: NOTHING, nodes: new Map() };

/** With what is known now; of nodes that are gone, nothing is kept. */
export function remember(history: History, { nodes }: Pick<Status, "nodes">): History {
  const series = nodes.map((node) => [node.id, extend(history.nodes.get(node.id), load([node]))] as const);
  return { total: extend(history.total, load(nodes)), nodes: new Map(series) };
}

export interface Load {
  rate: number;
  cpu: number;
  /** Bytes. */
  rss: number;
  connections: number;
}

/** What these nodes do together. */
export function load(nodes: readonly Pick<NodeStatus, "vitals">[]): Load {
  const sum = (name: keyof Load): number => nodes.reduce((total, { vitals }) => total + (vitals?.[name] ?? 0), 0);
  return { rate: sum("rate"), cpu: sum("cpu"), rss: sum("rss"), connections: sum("connections") };
}

function extend({ rate, cpu }: Series = NOTHING, now: Load): Series {
  return { rate: [...rate, now.rate].slice(-KEPT), cpu: [...cpu, now.cpu].slice(-KEPT) };
}
