// Pure: how many nodes there should be for the load that they report.

import type { ScaleRange } from "../options.js";

export interface Load {
  /** How many nodes are wanted now. */
  wanted: number;
  /** The utilisation of each node that serves and has told it, 0 to 1. */
  utilizations: readonly number[];
  /** Milliseconds since the number was changed last. */
  sinceChange: number;
}

/** Above this mean utilisation one node more is wanted. */
const BUSY = 0.75;
/** When one node fewer would still stay below this, one fewer is wanted. */
const CALM = 0.5;
/** Growing helps at once; shrinking too early would have to be undone. */
const GROW_COOLDOWN = 5_000;
const SHRINK_COOLDOWN = 60_000;

/**
 * One step at a time, so that each is seen in the figures before the next. One node at least is there to give figures,
 * where the master, which gives none, is counted among the fewest.
 */
export function wantedNodes({ minNodes, maxNodes }: ScaleRange, { wanted, utilizations, sinceChange }: Load): number {
  const within = Math.min(maxNodes, Math.max(minNodes, 1, wanted));
  if (within !== wanted || utilizations.length < wanted) return within;
  const total = utilizations.reduce((sum, utilization) => sum + utilization, 0);
  if (total / wanted > BUSY && sinceChange >= GROW_COOLDOWN) return Math.min(maxNodes, wanted + 1);
  if (total < CALM * (wanted - 1) && sinceChange >= SHRINK_COOLDOWN) return Math.max(minNodes, 1, wanted - 1);
  return wanted;
}
