// Pure: whether and when a node that ended is replaced.

/** A node that ends within this many milliseconds of serving died young. */
const YOUNG_MS = 1_000;
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5_000;
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

/** The history of a place after one more node of it has ended. */
export function afterEnd(history: PlaceHistory, ended: Ended): PlaceHistory {
  const young = ended.served === undefined || ended.served < YOUNG_MS;
  return { diedYoung: young ? history.diedYoung + 1 : 0 };
}

/** Milliseconds to wait before the place is filled again: none at first, then doubled from 100 ms up to 5 s. */
export function restartDelay({ diedYoung }: PlaceHistory): number {
  return diedYoung < 2 ? 0 : Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (diedYoung - 2));
}

/** Whether the master gives up: nobody serves, and the latest starts have all failed. */
export function isHopeless(serving: number, failedStarts: number): boolean {
  return serving === 0 && failedStarts >= FAILED_STARTS_LIMIT;
}
