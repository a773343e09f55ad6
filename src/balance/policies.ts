// Pure: which candidate gets a connection.
import type { Candidate, Client } from "./candidates.js";
import { leastOf } from "./least.js";

/**
 * Chooses the process that gets a connection: one of `nodes` or its id. For anything else, and where it throws,
 * "least-connections" chooses. `nodes` are those that can take it now, and never none. It is called once for each
 * connection and holds up all others until it returns.
 */
export type BalanceFunction = (client: Client, nodes: readonly Candidate[]) => Candidate | string | undefined;

/**
 * How connections come to processes.
 * - "shared" (default): each process accepts for itself. The fastest, and right for short connections.
 * - "round-robin": one after another.
 * - "least-connections": the one that holds the fewest. Evens out slow, long-lived ones such as WebSockets.
 * - "sticky": a client always comes to the same one.
 * - a function: whichever it says.
 */
export type Balance = "shared" | "round-robin" | "least-connections" | "sticky" | BalanceFunction;

/**
 * The index of the candidate with the fewest connections, -1 where there are none. Of equal ones, `turn` decides (a
 * whole number from 0): as it counts up, they take turns.
 */
export function leastConnections(candidates: readonly Candidate[], turn: number): number {
  return leastOf(
    candidates.map(({ connections }) => connections),
    turn,
  );
}

/**
 * The candidate that follows the one whose id is `last`, in the order master, node-1, node-2, … and round again;
 * the first where `last` is undefined; `undefined` where there are none. The one that was last need not be there any
 * more: who comes and goes makes nobody else lose or gain a turn.
 */
export function roundRobin<T extends Candidate>(candidates: readonly T[], last: string | undefined): T | undefined {
  const later = last === undefined ? [] : candidates.filter(({ id }) => isBefore(last, id));
  const [first, ...others] = later.length > 0 ? later : candidates;
  return others.reduce((earliest, other) => (earliest && isBefore(other.id, earliest.id) ? other : earliest), first);
}

/** The candidate that a user's function means by what it returned: its id, or an object that has it. */
export function chosen<T extends Candidate>(result: unknown, candidates: readonly T[]): T | undefined {
  const id = typeof result === "object" && result !== null && "id" in result ? result.id : result;
  return candidates.find((candidate) => candidate.id === id);
}

/** The shorter first, so that node-2 comes before node-10; of equally long ones by letters, master before node-1. */
function isBefore(a: string, b: string): boolean {
  return a.length === b.length ? a < b : a.length < b.length;
}
