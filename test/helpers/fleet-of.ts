// Nodes in a fleet, in whatever state a test needs them, and the ends of nodes.
import { Fleet, type NodeRecord, type Start } from "#src/master/fleet.js";
import type { NodeEvent, NodeState } from "#src/master/node-state.js";
import type { NodeExit } from "#src/role.js";

/** What leads from the start to a state. */
const WAYS: Record<AnyState, NodeEvent[]> = {
  spawning: [],
  serving: ["ready"],
  hung: ["ready", "hang"],
  draining: ["ready", "drain"],
};

export type AnyState = Exclude<NodeState, "exited">;

/** One node for each state, each in a place of its own. */
export function fleetOf(...states: AnyState[]): Fleet {
  const fleet = new Fleet();
  for (const [place, state] of states.entries()) addNode(fleet, state, { place });
  return fleet;
}

export function addNode(fleet: Fleet, state: AnyState, start: Partial<Start> = {}, now = 0): NodeRecord {
  const node = fleet.add({ place: 0, generation: 0, replaces: undefined, jitter: 0, ...start }, now);
  for (const event of WAYS[state]) fleet.move(node, event, now);
  return node;
}

export function exitWith(exit: Partial<NodeExit> = {}): NodeExit {
  return {
    id: "node-7",
    pid: 1_007,
    code: 1,
    signal: null,
    uptime: 5_000,
    reason: "died",
    lastError: undefined,
    ...exit,
  };
}
