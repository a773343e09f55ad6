// Pure: whether and when a node that ended is replaced.
import type { RestartOptions } from "../restart-options.js";

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5_000;
const BLOCKED_DELAY_MS = 60_000;
/** The share of a delay that chance may take away, so that places do not start in step. */
const JITTER_SHARE = 0.25;
/** So many starts that fail in a row, with no node serving, and the program is taken for broken. */
export const FAILED_STARTS_LIMIT = 5;

/** How one place in the fleet fared: each node that died young before the present one counts. */
export interface PlaceHistory {
  diedYoung: number;
}

export interface Ended {
  /** Milliseconds that it served, `undefined` when it ended before it did. */
  served: number | undefined;
}

/**
 * The history of a place after one more node of it has ended.
 * @param minUptime milliseconds; a node that served for less died young
 */
export function afterEnd(history: PlaceHistory, { served }: Ended, minUptime: number): PlaceHistory {
  const young = served === undefined || served < minUptime;
  return { diedYoung: young ? history.diedYoung + 1 : 0 };
}

/** Milliseconds to wait before the place is filled again: none at first, then doubled from 100 ms up to 5 s. */
export function restartDelay({ diedYoung }: PlaceHistory, random: number): number {
  if (diedYoung < 2) return 0;
  return jittered(Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (diedYoung - 2)), random);
}

/** Milliseconds to wait once nodes die too often. */
export function longestDelay(random: number): number {
  return jittered(LONGEST_DELAY_MS, random);
}

/** Milliseconds to wait where another node has what this place needs: when that one dies, its own place is filled first. */
export function blockedDelay(random: number): number {
  return jittered(BLOCKED_DELAY_MS, random);
}

/** Whether the master gives up: nobody serves or may yet come to, and the latest starts, so many at least, have all failed. */
export function isHopeless(hopes: number, failedStarts: number, limit: number = FAILED_STARTS_LIMIT): boolean {
  return hopes === 0 && failedStarts >= limit;
}

/** The deaths that still count towards the intensity, and whether there are too many of them. */
export function countDeath(
  deaths: readonly number[],
  now: number,
  { intensity, period }: Required<RestartOptions>,
): { deaths: readonly number[]; tooMany: boolean } {
  if (intensity === 0) return { deaths: [], tooMany: false };
  const counted = [...deaths.filter((at) => now - at < period), now].slice(-(intensity + 1));
  return { deaths: counted, tooMany: counted.length > intensity };
}

function jittered(delay: number, random: number): number {
  return Math.round(delay * (1 - JITTER_SHARE * random));
}
