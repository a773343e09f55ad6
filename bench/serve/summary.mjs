// The short report: a row for each goal and a row for each work, with a column for each Node and number of nodes.

import { shown, table } from "../common/markdown.mjs";
import { beside, spanOf } from "./cells.mjs";
import { nameOf } from "./peers.mjs";
import { WORKS } from "./work.mjs";

const OWN = "multi-node";

/** The goals and where another peer is ahead; the level of the headings is 3. */
export function summaryTables({ series, targets }) {
  return [goals(series, targets), ahead(series)].filter((part) => part !== undefined).join("\n\n");
}

function goals(series, targets) {
  if (targets.length === 0) return undefined;
  const titles = [...new Set(targets.map(titleOf))];
  const rows = titles.map((title) => [
    title,
    goalText(targets.find((target) => titleOf(target) === title)),
    ...series.map(({ node, nodes }) => {
      const target = targets.find((one) => one.node === node && one.nodes === nodes && titleOf(one) === title);
      return target === undefined ? "" : verdictOf(target);
    }),
  ]);
  const columns = series.map(nameOfSeries);
  return `### Goals\n\nA figure in bold misses its goal.\n\n${table(["figure of multi-node", "goal", ...columns], rows)}`;
}

function titleOf({ title, own, against }) {
  const parts = [own === OWN ? title : `${title}, ${nameOf(own)}`, own === against ? "" : `against ${nameOf(against)}`];
  return parts.filter((part) => part !== "").join(", ");
}

function verdictOf({ figure, reached, reason }) {
  if (reason !== undefined) return `– (${reason})`;
  return reached ? spanOf(figure) : `**${spanOf(figure)}**`;
}

/** What is to be reached, in words. */
export function goalText({ how, least, most }) {
  if (how === "difference") return `at most ${most} more`;
  if (how === "greatest") return `${most}, in every round`;
  return least === undefined ? `at most ${most}` : `at least ${least}`;
}

/** Who is ahead of multi-node, with that peer's figure divided by multi-node's. */
function ahead(series) {
  const rows = WORKS.map((work) => [work.title, ...series.map(({ cells }) => aheadIn(work, cells))]);
  const named = rows.filter((row) => row.slice(1).some((cell) => cell !== ""));
  if (named.length === 0) return undefined;
  return `### Where another peer is ahead\n\n${table(["work", ...series.map(nameOfSeries)], named)}`;
}

function aheadIn(work, cells) {
  const own = cells.find((cell) => cell.work === work.name && cell.peer === OWN);
  const standings = cells
    .filter((cell) => cell.work === work.name)
    .map((cell) => ({ name: nameOf(cell.peer), ...beside(work, cell, own) }));
  // Its other balance policies are no other peer.
  const others = standings.filter(({ isAhead, name }) => isAhead && !name.startsWith(OWN));
  const texts = others.map(({ name, ratio }) => withRatio(name, ratio));
  return texts.join("; ");
}

function withRatio(name, ratio) {
  return Number.isFinite(ratio) ? `${name} ${shown(ratio)}` : name;
}

function nameOfSeries({ node, nodes }) {
  return `Node ${node.split(".")[0]}, ${nodes} nodes`;
}
