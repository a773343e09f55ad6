// Figures as people read them. Pure. What is not known is a dash.

const UNKNOWN = "-";
const BYTE_UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
const THOUSANDS = ["", "k", "M", "G", "T"];
/** The units of a duration in milliseconds, the largest first. */
const TIME_UNITS: readonly (readonly [string, number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
];

/** `1.2 GiB`, `64 MiB`, `512 B`. */
export function bytes(value: number | undefined): string {
  if (!isKnown(value)) return UNKNOWN;
  const [scaled, unit] = scale(value, 1_024, BYTE_UNITS);
  return `${unit === "B" ? Math.round(scaled) : threeDigits(scaled)} ${unit}`;
}

/** The two largest units: `3 min 20 s`, `2 d 4 h`, `45 s`; below a second, `0 s`. */
export function duration(ms: number | undefined): string {
  if (!isKnown(ms)) return UNKNOWN;
  const index = TIME_UNITS.findIndex(([, size]) => ms >= size);
  if (index === -1) return "0 s";
  const parts: string[] = [];
  let left = ms;
  for (const [unit, size] of TIME_UNITS.slice(index, index + 2)) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.join(" ");
}

/** A short time: `0.4 ms`, `120 ms`, `1.25 s`. */
export function milliseconds(value: number | undefined): string {
  if (!isKnown(value)) return UNKNOWN;
  return value < 999.5 ? `${threeDigits(value)} ms` : `${threeDigits(value / 1_000)} s`;
}

/** A share of one: `98.4 %`, `7 %`; of several cores, more than 100. */
export function percent(share: number | undefined): string {
  if (!isKnown(share)) return UNKNOWN;
  return `${threeDigits(share * 100)} %`;
}

/** How many, or how many a second: `0`, `12.3`, `1234`, `123 k`. */
export function count(value: number | undefined): string {
  if (!isKnown(value)) return UNKNOWN;
  if (value < 99_999.5) return value < 99.95 ? threeDigits(value) : String(Math.round(value));
  const [scaled, unit] = scale(value, 1_000, THOUSANDS);
  return `${threeDigits(scaled)} ${unit}`;
}

function isKnown(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value) && value >= 0;
}

/** Scaled down until it is shown with fewer digits than the next unit has. */
function scale(value: number, base: number, units: readonly string[]): [number, string] {
  let index = 0;
  let scaled = value;
  while (Math.round(scaled) >= base && index < units.length - 1) {
    scaled /= base;
    index += 1;
  }
  return [scaled, units[index] ?? ""];
}

/** One decimal below a hundred, where it says something. */
function threeDigits(value: number): string {
  return value < 99.95 ? String(Math.round(value * 10) / 10) : String(Math.round(value));
}
