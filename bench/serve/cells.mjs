// Cells of the tables: figures, reasons, and who is ahead.

import { shown } from "../common/markdown.mjs";

/** "median (least–greatest)", or one number where all are the same. */
export function spanOf(summary) {
  const { median, min, max } = summary;
  const isWhole = [median, min, max].every((value) => Number.isInteger(value) || value === Infinity);
  const show = isWhole ? whole : shown;
  return min === max ? show(median) : `${show(median)} (${show(min)}–${show(max)})`;
}

/** How a peer's cell stands beside our own: `{ isAhead, ratio }`, the ratio of the first metric, or undefined. */
export function beside(work, cell, own) {
  if (cell.metrics === undefined || own?.metrics === undefined) return undefined;
  const [first] = work.order;
  const pair = (key) => [cell.metrics[key].median, own.metrics[key].median];
  const decisive = work.order.map(pair).find(([theirs, ours]) => theirs !== ours);
  const isAhead = decisive !== undefined && (work.more ? decisive[0] > decisive[1] : decisive[0] < decisive[1]);
  const [theirs, ours] = pair(first);
  return { isAhead, ratio: theirs / ours };
}

export function besideText(standing) {
  if (standing === undefined) return "";
  const { isAhead, ratio } = standing;
  const parts = [Number.isFinite(ratio) ? shown(ratio) : "", isAhead ? "**ahead**" : ""];
  return parts.filter((part) => part !== "").join(", ");
}

function whole(value) {
  return value === Infinity ? "∞" : Math.round(value).toLocaleString("en");
}
