// Pure: which of several has the least to do.

/**
 * The index of the least of `loads`, -1 where there are none. Of equal ones, `turn` decides (a whole number from 0): as
 * it counts up, they take turns.
 */
export function leastOf(loads: readonly number[], turn: number): number {
  const least = loads.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  let ties = 0;
  for (const load of loads) if (load === least) ties++;
  let skip = turn % ties;
  return loads.findIndex((load) => load === least && skip-- === 0);
}
