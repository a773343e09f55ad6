// What becomes of `top` with each key and each piece of news.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { firstState, type TopEffect, type TopEvent, type TopState } from "#src/cli/top/state.js";
import { step } from "#src/cli/top/step.js";
import { keyHelp } from "#src/cli/top/press.js";
import { logLineOf } from "../../../helpers/log-line.js";
import { anyStatus, exitOf, nodeOf, NOW, statusOf } from "../../../helpers/status-of.js";

test("arrows and letters choose a node, as far as there are some", () => {
  const live = after(firstState, status());
  assert.equal(live.selected, "node-1");
  assert.equal(after(live, key("j")).selected, "node-2");
  assert.equal(after(live, key("down"), key("down")).selected, "node-2");
  assert.equal(after(live, key("end"), key("up"), key("k")).selected, "node-1");
  assert.equal(after(firstState, key("down")).selected, undefined);
});

test("the chosen node stays chosen, and when it is gone the next one of its place is", () => {
  const chosen = after(firstState, status(), key("end"));
  const during = [nodeOf(0), nodeOf(1), nodeOf(1, { id: "node-3", since: NOW })];
  const both = after(chosen, status({ nodes: during }));
  assert.equal(both.selected, "node-2");
  assert.equal(after(both, status({ nodes: [nodeOf(0), nodeOf(1, { id: "node-3" })] })).selected, "node-3");
  assert.equal(after(both, status({ nodes: [nodeOf(0)] })).selected, "node-1");
  assert.equal(after(both, status({ nodes: [] })).selected, undefined);
});

test("nodes stand in the order of their places, a successor behind whom it replaces", () => {
  const nodes = [nodeOf(1), nodeOf(0, { id: "node-3", since: NOW }), nodeOf(0)];
  const ids = after(firstState, status({ nodes })).status?.nodes.map(({ id }) => id);
  assert.deepEqual(ids, ["node-1", "node-3", "node-2"]);
});

test("what was measured is remembered of the nodes that are there, until another master is", () => {
  const twice = after(firstState, status(), status({ nodes: [nodeOf(1)] }));
  assert.deepEqual(twice.history.total.rate, [2_400, 1_200]);
  assert.deepEqual([...twice.history.nodes], [["node-2", { rate: [1_200, 1_200], cpu: [0.5, 0.5] }]]);
  assert.deepEqual(after(twice, status({ pid: 7 })).history.total.rate, [2_400]);
});

test("r, d, + and - give orders", () => {
  const live = after(firstState, status());
  assert.deepEqual(effects(live, key("r")), [order({ command: "reload" })]);
  assert.deepEqual(effects(live, key("j"), key("d")), [order({ command: "restart", node: "node-2" })]);
  assert.deepEqual(effects(live, key("+")), [order({ command: "scale", nodes: 3 })]);
  assert.deepEqual(effects(live, key("-")), [order({ command: "scale", nodes: 1 })]);
  assert.deepEqual(effects(firstState, key("+")), [], "nobody knows yet from how many on");
  assert.deepEqual(effects(firstState, key("d")), []);
});

test("+ goes on from what was ordered until that is done, and the last node stays", () => {
  const live = after(firstState, status());
  const scaling = after(live, key("+"), key("+"));
  assert.deepEqual(effects(scaling, key("+")), [order({ command: "scale", nodes: 5 })]);
  const first = { type: "done", order: { command: "scale", nodes: 3 } } as const;
  assert.equal(after(scaling, first).aim, 4, "the earlier one is done, the later one not");
  const last = { type: "failed", order: { command: "scale", nodes: 4 }, reason: "no" } as const;
  assert.equal(after(scaling, first, last).aim, undefined);
  const one = after(live, key("-"));
  assert.deepEqual(effects(one, key("-")), []);
  assert.match(after(one, key("-")).message?.text ?? "", /one node at least/);
});

test("K asks first; only y kills, and only while the process is known to be there", () => {
  const asked = after(firstState, status(), key("K"));
  assert.deepEqual(asked.question, { id: "node-1", pid: 101 });
  assert.deepEqual(effects(asked, key("y")), [{ type: "kill", id: "node-1", pid: 101 }]);
  for (const other of ["n", "q", "escape", "r", "K"]) {
    assert.deepEqual(effects(asked, key(other)), []);
    assert.equal(after(asked, key(other)).question, undefined);
  }
  assert.deepEqual(effects(asked, key("ctrl-c")), [{ type: "quit" }]);
  assert.equal(after(asked, status({ nodes: [nodeOf(1)] })).question, undefined, "it has ended meanwhile");
  assert.equal(after(asked, lost("no answer")).question, undefined);
  assert.equal(after(firstState, status(), lost("no answer"), key("K")).question, undefined);
  assert.equal(after(firstState, status({ nodes: [nodeOf(0, { pid: undefined })] }), key("K")).question, undefined);
});

test("the log is followed while it is shown, and kept short", () => {
  const live = after(firstState, status());
  assert.deepEqual(effects(live, key("l")), [{ type: "follow" }]);
  const open = after(live, key("l"));
  assert.deepEqual(effects(open, key("l")), [{ type: "unfollow" }]);
  assert.deepEqual(effects(open, key("?")), [{ type: "unfollow" }]);
  assert.deepEqual(effects(live, key("?")), []);
  const lines = Array.from({ length: 500 }, (_, index) => logLineOf({ text: String(index) }));
  const full = after(open, { type: "lines", lines });
  assert.equal(full.log.at(-1)?.text, "499");
  assert.ok(full.log.length <= 200);
  assert.deepEqual(after(full, { type: "log-begins" }).log, [], "the latest lines come again");
  assert.equal(after(full, { type: "skipped", lines: 3 }).message?.text, "… 3 lines left out");
});

test("what happens is told in one line until a key is pressed", () => {
  const live = after(firstState, status());
  const exit = exitOf({ lastError: "Error: no database" });
  assert.match(after(live, { type: "progress", progress: { type: "exit", exit } }).message?.text ?? "", /no database/);
  const failed = after(live, { type: "failed", order: { command: "reload" }, reason: "the reload was given up" });
  assert.deepEqual(failed.message, { text: "the reload was given up", tone: "red" });
  assert.equal(after(failed, status()).message?.text, "the reload was given up");
  assert.equal(after(failed, key("j")).message, undefined);
  assert.match(after(live, { type: "killed", id: "node-1" }).message?.text ?? "", /node-1 was killed/);
  assert.match(after(live, { type: "not-killed", id: "node-1", reason: "EPERM" }).message?.text ?? "", /EPERM/);
});

test("a silence is counted from its beginning, and over with the next answer", () => {
  const silent = after(firstState, status(), lost("first", NOW + 2_000), lost("second", NOW + 5_000));
  assert.deepEqual(silent.link, { state: "lost", since: NOW, reason: "second" });
  assert.deepEqual(after(silent, status()).link, { state: "live", since: NOW });
  assert.deepEqual(after(firstState, lost("none")).link, { state: "lost", since: NOW, reason: "none" });
});

test("q and ctrl-c quit, ctrl-z suspends, other keys do nothing", () => {
  assert.deepEqual(effects(firstState, key("q")), [{ type: "quit" }]);
  assert.deepEqual(effects(firstState, key("ctrl-c")), [{ type: "quit" }]);
  assert.deepEqual(effects(firstState, key("ctrl-z")), [{ type: "suspend" }]);
  for (const other of ["x", "constructor", "__proto__", "toString", "enter"])
    assert.deepEqual(effects(firstState, key(other)), []);
});

test("property: whatever comes, the chosen node is one that is there", () => {
  const keys = fc.constantFrom("up", "down", "r", "+", "-", "d", "K", "y", "l", "?", "home", "end", "x");
  const event = fc.oneof(
    keys.map((name) => key(name)),
    anyStatus.map((told): TopEvent => ({ type: "status", status: told, now: NOW })),
    fc.constant(lost("silence")),
  );
  fc.assert(
    fc.property(fc.array(event), (events) => {
      const { selected, status: known, question } = after(firstState, ...events);
      const ids = known?.nodes.map(({ id }) => id) ?? [];
      assert.equal(selected === undefined ? ids.length === 0 : ids.includes(selected), true);
      if (question !== undefined) assert.ok(known?.nodes.some(({ pid }) => pid === question.pid));
    }),
  );
});

test("help names every key that gives an order", () => {
  const named = keyHelp.flatMap(([keys]) => keys.split(/,? /));
  for (const name of ["r", "+", "-", "d", "K", "l", "q", "k", "j"]) assert.ok(named.includes(name), name);
});

function after(state: TopState, ...events: TopEvent[]): TopState {
  return events.reduce((before, event) => step(before, event).state, state);
}

/** Those of the last event. */
function effects(state: TopState, ...events: TopEvent[]): readonly TopEffect[] {
  const last = events.at(-1);
  return last === undefined ? [] : step(after(state, ...events.slice(0, -1)), last).effects;
}

function key(name: string): TopEvent {
  return { type: "key", key: name };
}

function status(told: Parameters<typeof statusOf>[0] = {}): TopEvent {
  return { type: "status", status: statusOf(told), now: NOW };
}

function lost(reason: string, now: number = NOW): TopEvent {
  return { type: "lost", reason, now };
}

function order(command: Extract<TopEffect, { type: "order" }>["order"]): TopEffect {
  return { type: "order", order: command };
}
