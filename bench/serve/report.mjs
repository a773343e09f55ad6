// Sums up results: a cell for each Node, number of nodes, work and peer.

import { summary } from "../common/statistics.mjs";
import { PEERS } from "./peers.mjs";
import { judge } from "./targets.mjs";
import { WORKS } from "./work.mjs";

/** `{ series, targets, failures }`; each series has a Node's version, a number of nodes, and cells. */
export function reportOf(results) {
  const series = seriesIn(results).map(({ node, nodes }) => {
    const own = results.filter((one) => one.node === node && one.nodes === nodes);
    return { node, nodes, cells: WORKS.flatMap((work) => PEERS.flatMap((peer) => cellOf(own, work, peer))) };
  });
  return { series, targets: series.flatMap(judge), failures: failuresIn(results) };
}

function seriesIn(results) {
  const keys = [...new Set(results.map(({ node, nodes }) => `${node} ${nodes}`))].map((key) => key.split(" "));
  const all = keys.map(([node, nodes]) => ({ node, nodes: Number(nodes) }));
  return all.sort((a, b) => a.node.localeCompare(b.node, "en", { numeric: true }) || a.nodes - b.nodes);
}

/** `metrics` are summaries, `rounds` what each round gave; a peer without any has `reason`. */
function cellOf(results, work, peer) {
  const own = results.filter((one) => one.work === work.name && one.peer === peer.id);
  if (own.length === 0) return [];
  const measured = own.filter(({ metrics }) => metrics !== undefined);
  const rounds = Object.fromEntries(measured.map(({ round, metrics }) => [round, metrics]));
  const cell = {
    work: work.name,
    peer: peer.id,
    rounds,
    failed: own.filter(({ error }) => error !== undefined).length,
  };
  if (measured.length === 0) return [{ ...cell, reason: own.at(-1).missing ?? own.at(-1).error }];
  const of = (key) => summary(measured.map(({ metrics }) => metrics[key]));
  return [{ ...cell, metrics: Object.fromEntries(Object.keys(work.metrics).map((key) => [key, of(key)])) }];
}

function failuresIn(results) {
  const failed = results.filter(({ error }) => error !== undefined);
  const lines = failed.map((one) => `Node ${one.node}, ${one.nodes} nodes, ${one.work}, ${one.peer}: ${one.error}`);
  return [...new Set(lines)].map((line) => ({ line, times: lines.filter((other) => other === line).length }));
}
