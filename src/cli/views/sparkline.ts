// A small chart of bars, one character each. Pure.

const BARS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] as const;

/**
 * The latest values, the newest at the right; spaces where there are none yet.
 * @param top what the highest bar stands for; default: the highest value shown
 */
export function sparkline(values: readonly number[], width: number, top?: number): string {
  if (width < 1) return "";
  const shown = values.slice(-width);
  const highest = top ?? Math.max(0, ...shown);
  return shown
    .map((value) => bar(value, highest))
    .join("")
    .padStart(width, " ");
}

/** Only nothing at all is the lowest bar: little shows as more than that. */
function bar(value: number, top: number): string {
  const share = top > 0 ? Math.min(1, Math.max(0, value / top)) : 0;
  return BARS[Math.ceil(share * (BARS.length - 1))] ?? BARS[0];
}
