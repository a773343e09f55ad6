// The life of a node: each event in each state is either in the table or an error.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MultiNodeError } from "#src/errors.js";
import { type NodeEvent, type NodeState, transition, transitions } from "#src/master/node-state.js";

const STATES = ["spawning", "serving", "hung", "draining", "exited"] as const satisfies NodeState[];
const EVENTS = ["ready", "hang", "examined", "drain", "draining", "overdue", "exit"] as const satisfies NodeEvent[];

/** State and event: next state, then what is to be done. What is missing is illegal. */
const LEGAL: Record<string, [state: NodeState, ...effects: string[]]> = {
  "spawning ready": ["serving", "announce-ready"],
  "spawning drain": ["draining", "send-drain", "expect-exit"],
  "spawning draining": ["draining", "expect-exit"],
  "spawning hang": ["hung", "examine"],
  "spawning overdue": ["spawning", "kill"],
  "spawning exit": ["exited", "announce-exit"],
  "serving hang": ["hung", "examine"],
  "serving drain": ["draining", "send-drain", "expect-exit"],
  "serving draining": ["draining", "expect-exit"],
  "serving exit": ["exited", "announce-exit"],
  "hung examined": ["hung", "kill"],
  "hung drain": ["hung", "kill"],
  "hung draining": ["hung"],
  "hung overdue": ["hung", "kill"],
  "hung exit": ["exited", "announce-exit"],
  "draining ready": ["draining"],
  "draining hang": ["hung", "examine"],
  "draining draining": ["draining"],
  "draining drain": ["draining", "send-drain", "expect-exit"],
  "draining overdue": ["draining", "kill"],
  "draining exit": ["exited", "announce-exit"],
};

for (const state of STATES) {
  for (const event of EVENTS) {
    const legal = LEGAL[`${state} ${event}`];
    if (legal === undefined) test(`${state} takes no ${event}`, () => refuses(state, event));
    else {
      test(`${state}, ${event}: ${legal.join(", ")}`, () => {
        const [next, ...effects] = legal;
        assert.deepEqual(transition(state, event), { state: next, effects });
      });
    }
  }
}

test("the table knows these states and events only", () => {
  assert.deepEqual(Object.keys(transitions), STATES);
  const events = new Set(Object.values(transitions).flatMap((steps) => Object.keys(steps)));
  assert.deepEqual([...events].sort(), EVENTS.toSorted());
});

test("property: a node exits at most once, and an exited one takes nothing", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...EVENTS)), (events) => {
      let state: NodeState = "spawning";
      let exits = 0;
      for (const event of events) {
        if (transitions[state][event] === undefined) {
          refuses(state, event);
          continue;
        }
        assert.notEqual(state, "exited");
        const step: ReturnType<typeof transition> = transition(state, event);
        exits += step.effects.filter((effect) => effect === "announce-exit").length;
        state = step.state;
        assert.equal(exits, state === "exited" ? 1 : 0);
      }
    }),
  );
});

test("property: a node that began to drain never serves again", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...EVENTS)), (events) => {
      let state: NodeState = "draining";
      for (const event of events) state = transitions[state][event]?.state ?? state;
      assert.notEqual(state, "spawning");
      assert.notEqual(state, "serving");
    }),
  );
});

test("property: a node that hung is killed, or gone", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...EVENTS)), (events) => {
      let state: NodeState = "hung";
      const effects: string[] = [];
      for (const event of events) {
        const step: ReturnType<typeof transition> | undefined = transitions[state][event];
        effects.push(...(step?.effects ?? []));
        state = step?.state ?? state;
      }
      assert.ok(state === "hung" || state === "exited");
      assert.ok(effects.every((effect) => effect === "kill" || effect === "announce-exit"));
    }),
  );
});

test("every state but the last has an end, and every one can be reached from the first", () => {
  const reached = new Set<NodeState>(["spawning"]);
  for (const state of reached) for (const { state: next } of Object.values(transitions[state])) reached.add(next);
  assert.deepEqual([...reached].sort(), STATES.toSorted());
  for (const state of STATES) assert.equal(transitions[state].exit?.state, state === "exited" ? undefined : "exited");
});

function refuses(state: NodeState, event: NodeEvent): void {
  assert.throws(
    () => transition(state, event),
    (error) =>
      error instanceof MultiNodeError &&
      error.code === "MN_ERR_ILLEGAL_TRANSITION" &&
      error.message === `a node that is ${state} cannot take the event ${event}`,
  );
}
