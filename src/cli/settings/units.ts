// Times and sizes as people write them.

/** Milliseconds of each unit, the largest first. */
const TIMES: readonly [unit: string, ms: number][] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
];

/** Bytes of each unit, the largest first. */
const SIZES: readonly [unit: string, bytes: number][] = [
  ["T", 2 ** 40],
  ["G", 2 ** 30],
  ["M", 2 ** 20],
  ["K", 2 ** 10],
];

/** Milliseconds of `25s`, `1.5m` (also `1.5min`, as it is printed) or `500`; `undefined` for what is no time. */
export function readDuration(given: unknown): number | undefined {
  if (typeof given === "number") return given >= 0 ? given : undefined;
  const [, figures, unit = "ms"] = matched(given, /^(\d+(?:\.\d+)?)\s*(ms|s|m|min|h|d)?$/);
  const ms = TIMES.find(([known]) => known === (unit === "min" ? "m" : unit))?.[1] ?? Number.NaN;
  return figures === undefined ? undefined : Math.round(Number(figures) * ms);
}

/** Bytes of `512M`, `1.5GiB` or `1048576`; `undefined` for what is no size. Units are powers of 1,024. */
export function readSize(given: unknown): number | undefined {
  if (typeof given === "number") return Number.isSafeInteger(given) && given >= 0 ? given : undefined;
  const [, figures, unit = ""] = matched(given, /^(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?$/i);
  const bytes = SIZES.find(([known]) => known === unit.toUpperCase())?.[1] ?? 1;
  return figures === undefined ? undefined : Math.round(Number(figures) * bytes);
}

/** `25s` for 25,000: in the largest unit that needs no fraction. */
export function durationText(ms: number): string {
  const [unit, factor] = TIMES.find(([, factor]) => ms % factor === 0) ?? ["ms", 1];
  return ms === 0 ? "0" : `${ms / factor}${unit}`;
}

/** `512M` for 536,870,912: in the largest unit that needs no fraction. */
export function sizeText(bytes: number): string {
  const [unit, factor] = SIZES.find(([, factor]) => bytes % factor === 0) ?? ["", 1];
  return bytes === 0 ? "0" : `${bytes / factor}${unit}`;
}

function matched(given: unknown, pattern: RegExp): readonly (string | undefined)[] {
  return typeof given === "string" ? (given.match(pattern) ?? []) : [];
}
