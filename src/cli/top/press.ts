// Pure: what each key does in `top`.
import type { Key } from "./keys.js";
import type { TopEffect, TopState, TopStep } from "./state.js";

export function press(state: TopState, key: Key): TopStep {
  if (state.question !== undefined) return answer(state, state.question, key);
  const action = ACTIONS.get(key);
  const quiet: TopState = { ...state, message: undefined };
  return action === undefined ? done(quiet) : action(quiet);
}

/** What a key does, as help says it. */
export const keyHelp: readonly (readonly [keys: string, meaning: string])[] = [
  ["↑ ↓, k j", "choose a node"],
  ["r", "reload: replace all nodes, one after another"],
  ["+ -", "one node more, one less"],
  ["d", "drain the chosen node and put another in its place"],
  ["K", "kill the chosen node (SIGKILL); what it was doing is lost"],
  ["l", "show what the nodes write, or hide it"],
  ["?", "show this, or hide it"],
  ["q", "quit"],
];

const ACTIONS: ReadonlyMap<Key, (state: TopState) => TopStep> = new Map(
  Object.entries({
    q: (state) => done(state, { type: "quit" }),
    "ctrl-c": (state) => done(state, { type: "quit" }),
    "ctrl-z": (state) => done(state, { type: "suspend" }),
    up: (state) => move(state, -1),
    k: (state) => move(state, -1),
    down: (state) => move(state, 1),
    j: (state) => move(state, 1),
    home: (state) => move(state, Number.NEGATIVE_INFINITY),
    end: (state) => move(state, Number.POSITIVE_INFINITY),
    r: reload,
    "+": (state) => scale(state, 1),
    "=": (state) => scale(state, 1),
    "-": (state) => scale(state, -1),
    d: restart,
    K: ask,
    l: toggleLog,
    "?": (state) => show(state, state.panel === "help" ? "nodes" : "help"),
    h: (state) => show(state, state.panel === "help" ? "nodes" : "help"),
    escape: (state) => show(state, "nodes"),
  }),
);

function answer(state: TopState, { id, pid }: { id: string; pid: number }, key: Key): TopStep {
  if (key === "ctrl-c") return done(state, { type: "quit" });
  const closed: TopState = { ...state, question: undefined, message: undefined };
  return key === "y" || key === "Y" ? done(closed, { type: "kill", id, pid }) : done(closed);
}

function move(state: TopState, by: number): TopStep {
  const nodes = state.status?.nodes ?? [];
  const at = nodes.findIndex(({ id }) => id === state.selected);
  const next = Math.max(0, Math.min(nodes.length - 1, at + by));
  return done({ ...state, selected: nodes[next]?.id });
}

function reload(state: TopState): TopStep {
  return done(say(state, "the reload begins"), { type: "order", order: { command: "reload" } });
}

/** Pressed again before it is done, it goes on from what was ordered. */
function scale(state: TopState, by: number): TopStep {
  const wanted = state.aim ?? state.status?.wanted;
  if (wanted === undefined) return done(state);
  const nodes = wanted + by;
  if (nodes < 1) return done(say(state, "one node at least; multi-node stop ends them all"));
  const text = `${nodes} ${nodes === 1 ? "node is" : "nodes are"} wanted`;
  return done({ ...say(state, text), aim: nodes }, { type: "order", order: { command: "scale", nodes } });
}

function restart(state: TopState): TopStep {
  const { selected } = state;
  if (selected === undefined) return done(say(state, "no node is there"));
  return done(say(state, `${selected} gets a successor`), {
    type: "order",
    order: { command: "restart", node: selected },
  });
}

function ask(state: TopState): TopStep {
  const node = state.status?.nodes.find(({ id }) => id === state.selected);
  if (state.link.state !== "live") return done(say(state, "nothing is killed while the master does not answer"));
  if (node?.pid === undefined) return done(say(state, "no process is there"));
  return done({ ...state, question: { id: node.id, pid: node.pid } });
}

function toggleLog(state: TopState): TopStep {
  if (state.panel === "log") return show(state, "nodes");
  return done({ ...state, panel: "log" }, { type: "follow" });
}

function show(state: TopState, panel: TopState["panel"]): TopStep {
  return state.panel === "log" ? done({ ...state, panel }, { type: "unfollow" }) : done({ ...state, panel });
}

function say(state: TopState, text: string): TopState {
  return { ...state, message: { text } };
}

function done(state: TopState, ...effects: TopEffect[]): TopStep {
  return { state, effects };
}
