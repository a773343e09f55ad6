// Draws bars for the requests per second of all peers, as an SVG that suits light and dark pages.

import { shown } from "../common/markdown.mjs";
import { PEERS } from "./peers.mjs";
import { WORKS } from "./work.mjs";

const SHOWN = ["fresh", "blocking"];
const WIDTH = 820;
const LABELS = 200;
const VALUES = 90;
const ROW = 20;
const BAR = 13;
const HEADING = 40;
const MARGIN = 16;

const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .title { font-weight: 600; }
  .bar { fill: #9aa5b1; }
  .own { fill: #1f7a4d; }
  .span { stroke: #24292f; stroke-opacity: 0.55; }
  @media (prefers-color-scheme: dark) {
    text { fill: #d7dde3; }
    .bar { fill: #5b6672; }
    .own { fill: #3fb37f; }
    .span { stroke: #d7dde3; }
  }
`;

/** Of the newest Node with the most nodes; undefined where none of it was measured. */
export function drawChart(series) {
  const { node, nodes, cells } = series.at(-1) ?? { cells: [] };
  const panels = SHOWN.flatMap((name) => panelOf(name, cells));
  if (panels.length === 0) return undefined;
  let top = MARGIN;
  const drawn = panels.map((panel) => {
    const text = drawPanel(panel, top);
    top += HEADING + panel.bars.length * ROW;
    return text;
  });
  const label = `Requests per second, Node ${node}, ${nodes} nodes`;
  const height = top + ROW;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${label}">`,
    `<style>${STYLE}</style>`,
    ...drawn,
    `<text x="${MARGIN}" y="${height - 8}">${label}: medians, with the least and the greatest</text>`,
    "</svg>\n",
  ].join("\n");
}

function panelOf(name, cells) {
  const bars = cells
    .filter(({ work, metrics }) => work === name && metrics !== undefined)
    .map(({ peer, metrics }) => ({ peer, ...metrics.rate }));
  return bars.length === 0 ? [] : [{ title: WORKS.find((work) => work.name === name).title, bars }];
}

function drawPanel({ title, bars }, top) {
  const most = Math.max(...bars.map(({ max }) => max));
  const scale = (WIDTH - LABELS - VALUES - 2 * MARGIN) / most;
  const rows = bars.map((bar, index) => drawBar(bar, scale, top + HEADING - ROW + index * ROW));
  return [`<text class="title" x="${MARGIN}" y="${top + BAR}">${escaped(title)}</text>`, ...rows].join("\n");
}

function drawBar({ peer, median, min, max }, scale, y) {
  const { name } = PEERS.find(({ id }) => id === peer);
  const left = MARGIN + LABELS;
  const [least, end, greatest] = [min, median, max].map((value) => round(left + value * scale));
  const middle = y + BAR / 2;
  const kind = name.startsWith("multi-node") ? "bar own" : "bar";
  return [
    `<text x="${left - 8}" y="${y + BAR - 2}" text-anchor="end">${escaped(name)}</text>`,
    `<rect class="${kind}" x="${left}" y="${y}" width="${round(end - left)}" height="${BAR}" rx="2"/>`,
    `<line class="span" x1="${least}" x2="${greatest}" y1="${middle}" y2="${middle}"/>`,
    `<text x="${greatest + 6}" y="${y + BAR - 2}">${shown(median)}</text>`,
  ].join("");
}

function round(value) {
  return Math.round(value * 10) / 10;
}

function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
