// What `npm run bench -- --write` writes: the goals into docs/performance.md, between two comments, and everything that was
// measured into bench/results/serve.md.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "../../tools/lib/paths.mjs";
import { drawChart } from "./chart.mjs";
import { summaryTables } from "./summary.mjs";
import { tables } from "./tables.mjs";

const BEGIN = "<!-- npm run bench writes from here -->";
const END = "<!-- to here -->";

const page = join(root, "docs/performance.md");
const results = join(root, "bench/results/serve.md");
const chart = join(root, "docs/bench.svg");

/** Writes both pages and the chart. */
export function writePage(report, about) {
  const drawing = drawChart(report.series);
  const image = drawing === undefined ? [] : ["![Requests per second, bar chart](bench.svg)"];
  const text = [measured(about), ...image, summaryTables(report)].join("\n\n");
  writeFileSync(page, withSection(readFileSync(page, "utf8"), text));
  mkdirSync(dirname(results), { recursive: true });
  writeFileSync(results, `${section(report, about)}\n`);
  if (drawing !== undefined) writeFileSync(chart, drawing);
}

/** Everything that was measured, with what has to be known to read it. */
export function section(report, about) {
  return ["# Serving one port: all figures", introduction(about), tables(report)].join("\n\n");
}

/** `text` with `content` between the comments, which are put at the end where there are none yet. */
function withSection(text, content) {
  const framed = `${BEGIN}\n\n${content}\n\n${END}`;
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 && end < 0) return `${text.trimEnd()}\n\n${framed}\n`;
  if (begin < 0 || end < begin) throw new Error(`docs/performance.md needs "${BEGIN}" and then "${END}", or neither`);
  return text.slice(0, begin) + framed + text.slice(end + END.length);
}

function measured({ commands, machines, loads, versions, rounds, seconds }) {
  return `Measured on ${machines.join(" and ")} with ${versions.join(", ")}; load from ${loads.join(" and ")}:

\`\`\`sh
${commands.join("\n")}
\`\`\`

Medians of ${rounds}, with the least and the greatest in brackets; each measurement at full speed took ${seconds.join(" or ")} s.`;
}

function introduction(about) {
  return `${measured(about)}

The load generator, the peer and its supervisor share the machine's cores, so that the absolute figures say little and the
ratios within a round say more: in each round all peers take turns, and another one begins. Each measurement has a
service of its own, started for it and ended after it. CPU time is that of *all* processes of a peer, supervisors and
daemons too, without the load generator's. Ratios in the first table are medians of the rounds' own ratios. Full speed is a closed loop
of 64 clients; reload and kill have an open loop of 500 requests/s, half of them on fresh connections, timed from
when each was to be sent; SIGSTOP has 64 clients on fresh connections that pause for 50 ms. Blocking is
waiting, not computing. "Lost" counts refused and reset connections, wrong answers, and those that took over 5 s;
a request on a connection that the killed process held is lost with it, whoever else serves: of those, as many as were on their way.
node:cluster leaves rolling restarts to the program: its row is the usual loop written by hand. In the last column stands
a peer's first figure divided by multi-node's, and whether the peer is ahead.`;
}
