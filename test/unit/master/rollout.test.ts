// Successors for nodes: a whole reload, several that are asked for, one that fails, and single ones for their own sake.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Fleet, NodeRecord } from "#src/master/fleet.js";
import { RECYCLE_PAUSE, Rollout } from "#src/master/rollout.js";
import type { NodeExit, ReloadEvent } from "#src/role.js";
import { Asked } from "../../helpers/asked.js";
import { addNode, exitWith, fleetOf } from "../../helpers/fleet-of.js";

test("a reload replaces one node after the other: the successor serves, then the old one drains, then it is gone", async () => {
  const { rollout, reload, fleet, ready, gone, told, drained } = make(fleetOf("serving", "serving"));
  const asked = reload();
  assert.deepEqual(names(fleet), ["node-1 serving", "node-2 serving", "node-3 spawning"]);
  ready("node-3");
  assert.deepEqual(drained, ["node-1"]);
  assert.deepEqual(names(fleet), ["node-1 draining", "node-2 serving", "node-3 serving", "node-4 spawning"]);
  gone("node-1");
  ready("node-4");
  assert.equal(rollout.isReloading, true, "one of the old still drains");
  gone("node-2");
  assert.deepEqual(told, ["started", "done"]);
  await asked.settled;
  assert.equal(asked.outcome, "done");
  assert.equal(rollout.isReloading, false);
  assert.ok(fleet.serving.every(({ generation }) => generation === 1));
});

test("as many successors start at once as surge allows", () => {
  const { reload, fleet, ready } = make(fleetOf("serving", "serving", "serving"), 2);
  reload();
  assert.deepEqual(names(fleet).slice(3), ["node-4 spawning", "node-5 spawning"]);
  ready("node-5");
  assert.deepEqual(names(fleet).slice(5), ["node-6 spawning"]);
});

test("three that are asked for while one runs are one more", async () => {
  const { rollout, reload, told, fleet, ready, gone } = make(fleetOf("serving"));
  const first = reload();
  const others = [reload(), reload(), reload()];
  ready("node-2");
  gone("node-1");
  await first.settled;
  assert.deepEqual(
    [first, ...others].map(({ outcome }) => outcome),
    ["done", "waiting", "waiting", "waiting"],
  );
  assert.deepEqual(told, ["started", "done", "started"]);
  ready("node-3");
  gone("node-2");
  await Promise.all(others.map(({ settled }) => settled));
  assert.deepEqual(told, ["started", "done", "started", "done"]);
  assert.deepEqual(names(fleet), ["node-3 serving"]);
  assert.equal(rollout.generation, 2);
});

test("one that is asked for in the moment in which one is over joins those that wait", async () => {
  const late: Asked[] = [];
  const { rollout, reload, told, ready, gone, listen } = make(fleetOf("serving"));
  listen(({ state }) => {
    if (state === "done" && late.length === 0) late.push(new Asked(rollout.reload()));
  });
  reload();
  const waiting = reload();
  ready("node-2");
  gone("node-1");
  ready("node-3");
  gone("node-2");
  await Promise.all([waiting.settled, ...late.map(({ settled }) => settled)]);
  assert.deepEqual(told, ["started", "done", "started", "done"]);
  assert.equal(late[0]?.outcome, "done");
});

test("a reload of nobody is over at once, and the places that wait for a node are filled first", () => {
  const empty = make(fleetOf());
  empty.reload();
  assert.deepEqual(empty.told, ["started", "done"]);
  const filled = make(fleetOf());
  filled.fills.push(0);
  filled.reload();
  assert.deepEqual([names(filled.fleet), filled.told], [["node-1 spawning"], ["started"]]);
  filled.ready("node-1");
  assert.deepEqual(filled.told, ["started", "done"]);
});

test("a successor that fails ends the reload: it says why, and the old nodes go on", async () => {
  const { rollout, reload, fleet, fails, told, drained } = make(fleetOf("serving", "serving"));
  const asked = reload();
  fails("node-3", { code: 7, lastError: "SyntaxError: Unexpected token" });
  await asked.settled;
  assert.ok(asked.outcome instanceof Error);
  assert.equal(asked.outcome.code, "MN_ERR_RELOAD_FAILED");
  assert.equal(
    asked.outcome.message,
    "the reload was given up, the old nodes go on: the new node-3 ended with code 7 " +
      "(SyntaxError: Unexpected token) before it served",
  );
  assert.deepEqual([names(fleet), drained], [["node-1 serving", "node-2 serving"], []]);
  assert.deepEqual(told, ["started", "failed"]);
  rollout.advance();
  assert.equal(fleet.size, 2, "nobody is replaced any more");
});

test("the other successors of a reload that failed are dropped, those who serve already stay", () => {
  const { reload, fleet, fails, ready, drained } = make(fleetOf("serving", "serving", "serving", "serving"), 3);
  reload();
  ready("node-5");
  assert.deepEqual(drained, ["node-1"]);
  fails("node-6");
  assert.deepEqual(drained, ["node-1", "node-7", "node-8"]);
  assert.deepEqual(names(fleet).slice(1, 5), ["node-2 serving", "node-3 serving", "node-4 serving", "node-5 serving"]);
});

test("a successor whose old node died meanwhile is not dropped, as it is the only one in its place", () => {
  const { reload, fleet, fails, gone, drained } = make(fleetOf("serving", "serving"), 2);
  reload();
  gone("node-2");
  fails("node-3");
  assert.deepEqual(drained, []);
  assert.deepEqual(names(fleet), ["node-1 serving", "node-4 spawning"]);
});

test("a new node that fails in a place whose old one died meanwhile ends the reload too", async () => {
  const { reload, fails, gone, told } = make(fleetOf("serving"));
  const asked = reload();
  gone("node-1");
  fails("node-2");
  await asked.settled;
  assert.deepEqual(told, ["started", "failed"]);
});

test("a node of before the reload that fails does not end it", () => {
  const { reload, fails, told } = make(fleetOf("serving", "spawning"));
  reload();
  fails("node-2");
  assert.deepEqual(told, ["started"]);
});

test("a reload that waits follows one that failed", async () => {
  const { reload, fails, ready, gone, told } = make(fleetOf("serving"));
  const [first, second] = [reload(), reload()];
  fails("node-2");
  await first.settled;
  assert.deepEqual(told, ["started", "failed", "started"]);
  ready("node-3");
  gone("node-1");
  await second.settled;
  assert.equal(second.outcome, "done");
});

test("when the service ends, nobody waits for a reload any more", async () => {
  const { rollout, reload } = make(fleetOf("serving"));
  const both = [reload(), reload()];
  rollout.abandon();
  await Promise.all(both.map(({ settled }) => settled));
  for (const { outcome } of both) {
    assert.ok(outcome instanceof Error);
    assert.deepEqual(
      [outcome.code, outcome.message],
      ["MN_ERR_RELOAD_FAILED", "the reload was given up: the service ends"],
    );
  }
  assert.equal(rollout.isReloading, false);
});

test("a node that is due is replaced in the same way, and no other is", () => {
  const { rollout, fleet, ready, gone, told, drained } = make(fleetOf("serving", "serving"));
  const [node] = fleet.serving;
  assert.ok(node);
  node.due = true;
  rollout.advance();
  assert.deepEqual(names(fleet).slice(2), ["node-3 spawning"]);
  rollout.advance();
  assert.equal(fleet.size, 3, "once");
  ready("node-3");
  gone("node-1");
  assert.deepEqual([names(fleet), drained, told], [["node-2 serving", "node-3 serving"], ["node-1"], []]);
});

test("a node whose successor failed is put off for a minute", () => {
  const { rollout, fleet, fails } = make(fleetOf("serving"));
  const [node] = fleet.serving;
  assert.ok(node);
  node.due = true;
  rollout.advance();
  fails("node-2", {}, 5_000);
  assert.deepEqual([node.due, node.notDueBefore, RECYCLE_PAUSE], [false, 65_000, 60_000]);
  rollout.advance();
  assert.deepEqual(names(fleet), ["node-1 serving"]);
});

test("the old node of a successor counts while it serves", () => {
  const { rollout, fleet } = make(fleetOf("serving", "hung", "draining"));
  const predecessors = ["node-1", "node-2", "node-3", "node-9", undefined].map(
    (replaces) => rollout.predecessor(addNode(fleet, "spawning", { replaces }))?.id,
  );
  assert.deepEqual(predecessors, ["node-1", undefined, undefined, undefined, undefined]);
});

interface Made {
  fleet: Fleet;
  rollout: Rollout;
  told: string[];
  drained: string[];
  /** Places that wait for a node when a reload begins. */
  fills: number[];
  listen: (listener: (event: ReloadEvent) => void) => void;
  reload: () => Asked;
  ready: (id: string) => void;
  gone: (id: string) => void;
  fails: (id: string, how?: Partial<NodeExit>, now?: number) => void;
}

/** A rollout over a fleet in which nothing happens but what the test says. */
function make(fleet: Fleet, surge = 1): Made {
  const [told, drained, fills]: [string[], string[], number[]] = [[], [], []];
  let listener: (event: ReloadEvent) => void = () => {};
  const rollout: Rollout = new Rollout(fleet, surge, {
    room: () => Number.POSITIVE_INFINITY,
    fill: () => {
      for (const place of fills.splice(0)) addNode(fleet, "spawning", { place, generation: rollout.generation });
    },
    startSuccessor: ({ place, id }) => {
      addNode(fleet, "spawning", { place, replaces: id, generation: rollout.generation });
    },
    prove: (node) => rollout.onProven(node),
    drain: (node) => {
      drained.push(node.id);
      fleet.move(node, "drain", 0);
    },
    tell: (event) => {
      told.push(event.state);
      listener(event);
    },
  });
  const move = (id: string, event: "ready" | "exit"): NodeRecord => {
    const node = fleet.get(id);
    assert.ok(node, `${id} is not there`);
    fleet.move(node, event, 0);
    return node;
  };
  return {
    fleet,
    rollout,
    told,
    drained,
    fills,
    listen: (given) => {
      listener = given;
    },
    reload: () => new Asked(rollout.reload()),
    ready: (id) => {
      rollout.onReady(move(id, "ready"));
      rollout.advance();
    },
    gone: (id) => {
      move(id, "exit");
      rollout.advance();
    },
    fails: (id, how = {}, now = 0) => {
      rollout.onStartFailed(move(id, "exit"), exitWith({ id, ...how }), now);
      rollout.advance();
    },
  };
}

function names(fleet: Fleet): string[] {
  return fleet.all().map(({ id, state }) => `${id} ${state}`);
}
