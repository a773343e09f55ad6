// The report as markdown, to be pasted into bench/results/mesh.md.

import { range, table as lines } from "../common/markdown.mjs";
import { FIGURES } from "./figures.mjs";
import { PEERS } from "./peers.mjs";
import { sizeName } from "./plan.mjs";

export function markdown({ machine, settings, reports }) {
  const { rounds, ms, sizes } = settings;
  const how = `medians of ${rounds} rounds of ${ms} ms each, with the least and the greatest`;
  return [
    `Measured with \`npm run bench:mesh\` on ${machine}: ${how}.`,
    ...reports.map((one) => section(one, sizes)),
  ].join("\n\n");
}

function section({ node, cells, idle, targets, failures }, sizes) {
  const tables = FIGURES.flatMap(({ name, metrics }) =>
    Object.entries(metrics).map(([metric, title]) => {
      const own = cells.filter((cell) => cell.figure === name && cell.metric === metric);
      return own.length === 0 ? [] : table(title, own, sizes);
    }),
  ).flat();
  return [`### Node ${node}`, ...tables, ...idleLine(idle), ...targetTable(targets), ...failureList(failures)].join(
    "\n\n",
  );
}

function table(title, cells, sizes) {
  const shown = sizes.filter((size) => cells.some((cell) => cell.size === size));
  const rows = PEERS.flatMap(({ name, missing }) => {
    const own = shown.map((size) => cells.find((cell) => cell.peer === name && cell.size === size));
    if (own.every((cell) => cell === undefined) && missing === undefined) return [];
    return [[name, ...own.map((cell) => (cell === undefined ? (missing ?? "") : range(cell)))]];
  });
  return lines([title, ...shown.map(sizeName)], rows);
}

function targetTable(targets) {
  if (targets.length === 0) return [];
  const rows = targets.map(({ figure, metric, against, ratio, least, most, reached }) => [
    metric === "rate" ? figure : `${figure}, ${metric}`,
    against,
    ratio.toFixed(2),
    least === undefined ? `at most ${most}` : `at least ${least}`,
    reached ? "reached" : "not reached",
  ]);
  return [lines(["Smallest values", "against", "ratio", "to reach", ""], rows)];
}

function idleLine(idle) {
  if (idle?.cpuMs === undefined) return [];
  const { processes, seconds, cpuMs } = idle;
  const share = cpuMs / seconds / 10;
  const shares = `${share.toFixed(2)} % of one core, ${(share / processes).toFixed(3)} % for each process`;
  return [`Idle mesh of ${processes} processes: ${cpuMs} ms of CPU time in ${seconds} s, ${shares}.`];
}

function failureList(failures) {
  return failures.length === 0 ? [] : [failures.map((line) => `- failed: ${line}`).join("\n")];
}
