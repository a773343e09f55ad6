// The report as markdown.

import { table } from "../common/markdown.mjs";
import { beside, besideText, spanOf } from "./cells.mjs";
import { nameOf } from "./peers.mjs";
import { goalText } from "./summary.mjs";
import { WORKS } from "./work.mjs";

const OWN = "multi-node";

/** Everything that was measured; the level of its headings is 2. */
export function tables({ series, targets, failures }) {
  const parts = [goals(targets), ahead(series), ...series.map(details), failed(failures)];
  return parts.filter((part) => part !== undefined).join("\n\n");
}

function goals(targets) {
  if (targets.length === 0) return undefined;
  const rows = targets.map((target) => [
    target.title,
    `${target.node}, ${target.nodes}`,
    target.own === OWN ? "" : nameOf(target.own),
    target.own === target.against ? "" : nameOf(target.against),
    target.figure === undefined ? "not there" : spanOf(target.figure),
    goalText(target),
    target.reason ?? (target.reached ? "reached" : "**not reached**"),
  ]);
  const header = ["To reach", "Node, nodes", "with", "against", "figure", "goal", ""];
  return `## To reach\n\n${table(header, rows)}`;
}

/** Honesty first: in one place, not only in the rows. */
function ahead(series) {
  const rows = series.flatMap(({ node, nodes, cells }) =>
    cells.flatMap((cell) => {
      const work = WORKS.find(({ name }) => name === cell.work);
      const own = cells.find((one) => one.work === cell.work && one.peer === OWN);
      const standing = beside(work, cell, own);
      if (standing?.isAhead !== true) return [];
      const key = work.order.find((one) => cell.metrics[one].median !== own.metrics[one].median);
      const values = [cell, own].map(({ metrics }) => spanOf(metrics[key]));
      return [[work.title, `${node}, ${nodes}`, nameOf(cell.peer), work.metrics[key], ...values]];
    }),
  );
  if (rows.length === 0) return undefined;
  const header = ["Work", "Node, nodes", "ahead of multi-node", "", "its figure", "multi-node"];
  return `## Where another one is ahead\n\n${table(header, rows)}`;
}

function details({ node, nodes, cells }) {
  const own = WORKS.flatMap((work) => {
    const rows = cells.filter((cell) => cell.work === work.name);
    return rows.length === 0 ? [] : [workTable(work, rows)];
  });
  const title = `## Node ${node}, ${nodes} nodes`;
  return [title, `<details><summary>All figures</summary>`, ...own, "</details>"].join("\n\n");
}

function workTable(work, cells) {
  const keys = Object.keys(work.metrics);
  const own = cells.find(({ peer }) => peer === OWN);
  const rows = cells.map((cell) => {
    const { peer, metrics, failed: times } = cell;
    if (metrics === undefined) return [nameOf(peer), `not there: ${cell.reason}`, ...keys.slice(1).map(() => ""), ""];
    const name = times === 0 ? nameOf(peer) : `${nameOf(peer)} (failed ${times} times)`;
    const standing = peer === OWN ? undefined : beside(work, cell, own);
    return [name, ...keys.map((key) => spanOf(metrics[key])), besideText(standing)];
  });
  return table([work.title, ...Object.values(work.metrics), "beside multi-node"], rows);
}

function failed(failures) {
  if (failures.length === 0) return undefined;
  const lines = failures.map(({ line, times }) => `- ${line}${times === 1 ? "" : ` (${times} times)`}`);
  return ["## Failed", lines.join("\n")].join("\n\n");
}
