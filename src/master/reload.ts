// Pure: which nodes get a successor next, in a rolling reload and when a node is due to be recycled.

import type { NodeState } from "./node-state.js";

export interface Candidate {
  id: string;
  place: number;
  /** Which reload started it; the first nodes are of generation 0. */
  generation: number;
  state: NodeState;
  /** Whether it is to be replaced for a reason of its own. */
  due: boolean;
  /** The node that it is to replace, or has replaced. */
  replaces: string | undefined;
}

export interface ReloadView {
  nodes: readonly Candidate[];
  /** The generation that all are to have, while a reload runs. */
  target: number;
  /** How many successors may be starting, or proving themselves, at once. */
  surge: number;
}

/** The nodes that get a successor now: outdated ones and those that are due, one for each place, at most `surge`. */
export function nextToReplace({ nodes, target, surge }: ReloadView): string[] {
  const starting = nodes.filter((node) => isStarting(node, nodes));
  const awaited = new Set(starting.map(({ replaces }) => replaces));
  const settled = nodes.filter((node) => node.state === "serving" && !starting.includes(node));
  const waiting = settled.filter(({ id, generation, due }) => (generation < target || due) && !awaited.has(id));
  return waiting.slice(0, Math.max(0, surge - starting.length)).map(({ id }) => id);
}

/** Whether no process of an earlier generation is left, and those of this one serve. */
export function isReloaded({ nodes, target }: ReloadView): boolean {
  return nodes.every(({ state, generation }) => generation >= target && state !== "spawning");
}

/** A successor counts as one until the node that it replaces goes. */
function isStarting({ state, replaces }: Candidate, nodes: readonly Candidate[]): boolean {
  if (replaces === undefined) return false;
  const predecessor = nodes.find(({ id }) => id === replaces);
  return state === "spawning" || (state === "serving" && predecessor?.state === "serving");
}
