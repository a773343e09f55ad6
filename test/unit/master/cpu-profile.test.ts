// A short profile is read for the function of the program in which the time went.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type CpuProfile, hottestStack, wasIdle } from "#src/master/cpu-profile.js";

type Node = CpuProfile["nodes"][number];

test("samples in Node's own code count for the program's function that called it", () => {
  const profile = {
    nodes: [
      node(1, "(root)", "", [2, 5]),
      node(2, "busy", "file:///app.js", [3], 1, [{ line: 12, ticks: 1 }]),
      node(3, "nextTick", "node:internal/process/task_queues", [4], 20),
      node(4, "get", "node:internal/bootstrap/node", [], 30),
      node(5, "(program)", "", [6], 500),
      node(6, "quick", "file:///app.js", [], 40),
    ],
  };
  assert.equal(hottestStack(profile, 20), "    at busy (file:///app.js:12)");
});

test("callers stand below, with the line where each begins; functions without a name by their place", () => {
  const profile = {
    nodes: [
      node(1, "(root)", "", [2]),
      node(2, "processTimers", "node:internal/timers", [3]),
      node(3, "", "file:///app.js", [4]),
      node(4, "spin", "/app/lib.cjs", [], 9, [
        { line: 3, ticks: 2 },
        { line: 5, ticks: 7 },
      ]),
    ],
  };
  const stack = [
    "    at spin (/app/lib.cjs:5)",
    "    at file:///app.js:31:5",
    "    at processTimers (node:internal/timers:21:5)",
  ];
  assert.equal(hottestStack(profile, 20), stack.join("\n"));
  assert.equal(hottestStack(profile, 2), stack.slice(0, 2).join("\n"));
});

test("there is none where no sample was in the program", () => {
  const nodes = [node(1, "(root)", "", [2, 3]), node(2, "unused", "file:///app.js"), node(3, "(program)", "", [], 9)];
  assert.equal(hottestStack({ nodes }, 20), undefined);
});

test("idle is who has waited", () => {
  assert.equal(wasIdle({ nodes: [node(1, "(root)", "", [2]), node(2, "(idle)", "", [], 3)] }), true);
  assert.equal(wasIdle({ nodes: [node(1, "(root)", "", [2]), node(2, "(idle)", "", [], 0)] }), false);
  assert.equal(wasIdle({ nodes: [node(1, "(root)", "")] }), false);
});

function node(
  id: number,
  functionName: string,
  url: string,
  children: number[] = [],
  hitCount = 0,
  positionTicks: { line: number; ticks: number }[] = [],
): Node {
  return {
    id,
    callFrame: { functionName, url, lineNumber: id * 10, columnNumber: 4 },
    children,
    hitCount,
    positionTicks,
  };
}
