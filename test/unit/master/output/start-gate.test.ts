// Until a node serves, what all of them say is heard once.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { LogLine } from "#src/log-lines.js";
import { StartGate } from "#src/master/output/start-gate.js";
import { logLineOf } from "../../../helpers/log-line.js";

const ERROR = "SyntaxError: Unexpected token '='";

test("the first node is heard at once, others when a node serves", () => {
  const gate = started("node-1", "node-2", "node-3");
  assert.deepEqual(take(gate, "node-2", "hello"), []);
  assert.deepEqual(take(gate, "node-1", "hello", "I come"), ["node-1 hello", "node-1 I come"]);
  assert.deepEqual(take(gate, "node-3", "hello"), []);
  assert.deepEqual(take(gate, "node-2", "I come"), []);
  assert.deepEqual(textsOf(gate.open()), ["node-2 hello", "node-3 hello", "node-2 I come"]);
  assert.deepEqual(take(gate, "node-3", "I come"), ["node-3 I come"]);
  gate.start("node-4");
  assert.deepEqual(take(gate, "node-4", "later"), ["node-4 later"]);
  assert.deepEqual(gate.open(), []);
});

test("an error that all nodes have is heard once, whichever of them ends first", () => {
  for (const order of [
    ["node-1", "node-2", "node-3"],
    ["node-3", "node-1", "node-2"],
    ["node-2", "node-3", "node-1"],
  ]) {
    const gate = started("node-1", "node-2", "node-3");
    const heard = order.flatMap((id) => [...take(gate, id, `process ${id.at(-1)}`, ERROR), ...end(gate, id)]);
    assert.deepEqual(heard, ["node-1 process 1", `node-1 ${ERROR}`]);
    gate.giveUp();
    assert.deepEqual(gate.open(), []);
  }
});

test("those that are started in the place of failed ones are heard when they say something else", () => {
  const gate = started("node-1", "node-2");
  assert.deepEqual(take(gate, "node-1", ERROR), [`node-1 ${ERROR}`]);
  assert.deepEqual(end(gate, "node-1"), []);
  gate.start("node-3");
  assert.deepEqual(take(gate, "node-2", ERROR), []);
  assert.deepEqual(end(gate, "node-2"), []);
  gate.start("node-4");
  assert.deepEqual(take(gate, "node-4", "Error: no database"), []);
  assert.deepEqual(end(gate, "node-4"), ["node-4 Error: no database"]);
  assert.deepEqual(take(gate, "node-3", ERROR), []);
  assert.deepEqual(end(gate, "node-3"), []);
  gate.giveUp();
  assert.deepEqual(gate.open(), []);
});

test("what another has said while the first one still starts waits for that one's end", () => {
  const gate = started("node-1", "node-2");
  take(gate, "node-2", "Error: the port is taken");
  assert.deepEqual(end(gate, "node-2"), []);
  assert.deepEqual(take(gate, "node-1", "patience"), ["node-1 patience"]);
  assert.deepEqual(end(gate, "node-1"), ["node-2 Error: the port is taken"]);
});

test("who was ended in the middle of what another has said says nothing new", () => {
  const gate = started("node-1", "node-2", "node-3");
  take(gate, "node-1", "hello", ERROR);
  take(gate, "node-2", "hello");
  end(gate, "node-1");
  assert.deepEqual([end(gate, "node-2"), end(gate, "node-3")], [[], []]);
});

test("the order of two streams is nobody's, so it makes no difference", () => {
  const gate = started("node-1", "node-2");
  gate.take([line("node-1", "hello", "stdout"), line("node-1", ERROR)]);
  gate.take([line("node-2", ERROR), line("node-2", "hello", "stdout")]);
  assert.deepEqual([end(gate, "node-1"), end(gate, "node-2")], [[], []]);
});

test("what is still held back when the service gives up is forgotten", () => {
  const gate = started("node-1", "node-2");
  take(gate, "node-2", "hello");
  gate.giveUp();
  assert.deepEqual(gate.open(), []);
});

test("a node that says more than is held back is heard from then on", () => {
  const gate = started("node-1", "node-2", "node-3");
  take(gate, "node-3", "hello");
  assert.deepEqual(take(gate, "node-2", "x".repeat(65_000)), []);
  assert.deepEqual(take(gate, "node-2", "y".repeat(1_000)), [
    `node-2 ${"x".repeat(65_000)}`,
    `node-2 ${"y".repeat(1_000)}`,
  ]);
  assert.deepEqual(take(gate, "node-2", "more"), ["node-2 more"]);
  assert.deepEqual(textsOf(gate.open()), ["node-3 hello"]);
});

test("more than is held back of all opens it", () => {
  const ids = Array.from({ length: 20 }, (_, index) => `node-${index + 1}`);
  const gate = started(...ids);
  const passed = ids.slice(1).flatMap((id) => take(gate, id, "x".repeat(60_000)));
  assert.equal(passed.length, 19);
});

test("the master's own lines pass", () => {
  const gate = started("node-1");
  assert.deepEqual(take(gate, "master", "node-1 has died"), ["master node-1 has died"]);
  assert.deepEqual(end(gate, "node-7"), []);
});

function started(...ids: string[]): StartGate {
  const gate = new StartGate();
  for (const id of ids) gate.start(id);
  return gate;
}

function take(gate: StartGate, id: string, ...texts: string[]): string[] {
  return textsOf(gate.take(texts.map((text) => line(id, text))));
}

function end(gate: StartGate, id: string): string[] {
  return textsOf(gate.ended(id));
}

function line(node: string, text: string, stream: LogLine["stream"] = "stderr"): LogLine {
  return logLineOf({ node, stream, text });
}

function textsOf(lines: readonly LogLine[]): string[] {
  return lines.map(({ node, text }) => `${node} ${text}`);
}
