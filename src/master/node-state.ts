// Pure: the life of a node as the master sees it, one state and one table of transitions.
import { MultiNodeError } from "../errors.js";

export type NodeState = "spawning" | "serving" | "hung" | "draining" | "exited";

export type NodeEvent =
  /** The node says that it serves. */
  | "ready"
  /** Its event loop does not turn. */
  | "hang"
  /** Where it hangs is known, or will not be. */
  | "examined"
  /** The node is to end, in order. */
  | "drain"
  /** The node says that it ends, in order, of its own accord. */
  | "draining"
  /** It did not serve, or did not end, in the time that it had. */
  | "overdue"
  /** Its process is gone. */
  | "exit";

/** What the master is to do about it. */
export type NodeEffect = "announce-ready" | "examine" | "send-drain" | "expect-exit" | "kill" | "announce-exit";

interface Step {
  state: NodeState;
  effects: readonly NodeEffect[];
}

/** What is not in the table is illegal. docs/lifecycle.md is made from it. */
export const transitions: Readonly<Record<NodeState, Readonly<Partial<Record<NodeEvent, Step>>>>> = {
  spawning: {
    ready: { state: "serving", effects: ["announce-ready"] },
    drain: { state: "draining", effects: ["send-drain", "expect-exit"] },
    draining: { state: "draining", effects: ["expect-exit"] },
    // It accepts connections a little before it is ready.
    hang: { state: "hung", effects: ["examine"] },
    // Still a start that failed, not an orderly end.
    overdue: { state: "spawning", effects: ["kill"] },
    exit: { state: "exited", effects: ["announce-exit"] },
  },
  serving: {
    hang: { state: "hung", effects: ["examine"] },
    drain: { state: "draining", effects: ["send-drain", "expect-exit"] },
    draining: { state: "draining", effects: ["expect-exit"] },
    exit: { state: "exited", effects: ["announce-exit"] },
  },
  hung: {
    examined: { state: "hung", effects: ["kill"] },
    // The service ends, or its time to drain does: there is none to look into it.
    drain: { state: "hung", effects: ["kill"] },
    overdue: { state: "hung", effects: ["kill"] },
    draining: { state: "hung", effects: [] },
    exit: { state: "exited", effects: ["announce-exit"] },
  },
  draining: {
    // Told to drain while it said so itself, or while it was about to say that it serves: the messages crossed.
    ready: { state: "draining", effects: [] },
    draining: { state: "draining", effects: [] },
    drain: { state: "draining", effects: ["send-drain", "expect-exit"] },
    // What it still had to answer is lost, however long the drain may last.
    hang: { state: "hung", effects: ["examine"] },
    overdue: { state: "draining", effects: ["kill"] },
    exit: { state: "exited", effects: ["announce-exit"] },
  },
  exited: {},
};

/**
 * The next state and what is to be done.
 * @throws MultiNodeError MN_ERR_ILLEGAL_TRANSITION for an event that the state does not know.
 */
export function transition(state: NodeState, event: NodeEvent): Step {
  const step = transitions[state][event];
  if (step !== undefined) return step;
  throw new MultiNodeError("MN_ERR_ILLEGAL_TRANSITION", `a node that is ${state} cannot take the event ${event}`);
}
