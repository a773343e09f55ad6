// Pure: whether shared accept has spread connections so unevenly that the user should hear of it.

/**
 * - "even": there is nothing to tell.
 * - `unevenSince`: milliseconds; uneven at each check-up from then on.
 * - "due": it was for long enough. Tell it now, once.
 * - "hinted": that was told. It is not told twice.
 */
export type Spread = "even" | { readonly unevenSince: number } | "due" | "hinted";

/** Milliseconds. What passes sooner is no pattern. */
const UNEVEN_FOR = 60_000;

/** Connections for each node on average: with fewer, any spread is uneven. */
const ENOUGH = 10;

/** Whether, of the connections of all nodes, one holds more than twice as many as another, and there are enough of them. */
export function isUneven(connections: readonly number[]): boolean {
  const sum = connections.reduce((total, count) => total + count, 0);
  return sum >= ENOUGH * connections.length && Math.max(...connections) > 2 * Math.min(...connections);
}

/**
 * The state after a look at the connections of all nodes that serve. It is "due" once at most: after the first minute
 * at all of whose check-ups they were uneven. `now` in milliseconds; a clock that was set back makes the minute begin again.
 */
export function afterCheckup(state: Spread, connections: readonly number[], now: number): Spread {
  if (state === "due" || state === "hinted") return "hinted";
  if (!isUneven(connections)) return "even";
  const unevenSince = state === "even" ? now : Math.min(state.unevenSince, now);
  return now - unevenSince >= UNEVEN_FOR ? "due" : { unevenSince };
}
