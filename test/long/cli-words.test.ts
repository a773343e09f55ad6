// Which service and which node the words of a command mean, over a control socket with a master that the test plays.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type FakeService, openFake } from "../helpers/fake-service.js";
import { nodeOf } from "../helpers/status-of.js";
import { steer } from "../helpers/steer.js";

const NODES = [
  nodeOf(0, { id: "node-1", state: "draining" }),
  nodeOf(0, { id: "node-4" }),
  nodeOf(1, { id: "node-2", state: "hung" }),
  nodeOf(2, { id: "node-3" }),
];

/**
 * The words, and what the master is told: an order, or a tool with its node. The service is always named: others may run on
 * this machine.
 */
const TOLD: readonly (readonly [words: string, told: unknown])[] = [
  ["reload fake", { type: "reload" }],
  ["reload -s fake", { type: "reload" }],
  ["reload fake -s fake", { type: "reload" }],
  ["scale fake 3", { type: "resize", nodes: 3 }],
  ["scale 3 -s fake", { type: "resize", nodes: 3 }],
  ["restart fake node-3", { type: "restart", node: "node-3" }],
  ["restart fake 3", { type: "restart", node: "node-3" }],
  ["restart #2 -s fake", { type: "restart", node: "node-3" }],
  ["restart -s fake #0", { type: "restart", node: "node-4" }],
  ["report fake #0 -o x", ["node-4", "report"]],
  ["report #2 -s fake -o x", ["node-3", "report"]],
  ["heap any -s fake -o x", ["node-4", "heap"]],
  ["heap fake any -o x", ["node-4", "heap"]],
  ["profile 2 -s fake --duration 1min -o x", ["node-2", "profile"]],
  ["repl fake #2", ["node-3", "repl"]],
];

for (const [words, told] of TOLD) {
  test(`multi-node ${words}`, async (t) => {
    const [service, base] = await openFake(t, { nodes: NODES });
    await steer(base, ...words.split(" "));
    assert.deepEqual(lastOf(service), told);
  });
}

test("status and logs take the name of the service, logs also a node", async (t) => {
  const [service, base] = await openFake(t, { nodes: NODES });
  for (const [node, text] of [
    ["node-3", "three"],
    ["node-4", "four"],
  ] as const)
    service.feed.write(node, text);
  assert.match((await steer(base, "status", "fake")).stdout, /^fake \(pid 100\)/);
  assert.equal((await steer(base, "logs", "fake")).stdout, "node-3 | three\nnode-4 | four\n");
  for (const words of [
    ["fake", "node-3"],
    ["fake", "3"],
    ["fake", "#2"],
    ["-s", "fake", "node-3"],
  ]) {
    assert.equal((await steer(base, "logs", ...words)).stdout, "node-3 | three\n", words.join(" "));
  }
});

test("stop takes the name of the service", async (t) => {
  const [service, base] = await openFake(t);
  service.stopped.resolve();
  const { stderr } = await steer(base, "stop", "fake", "--timeout", "0.2s");
  assert.doesNotMatch(stderr, /no service|too many/);
});

/** The words, the exit code and what is said. */
const REFUSED: readonly (readonly [words: string, code: number, said: RegExp])[] = [
  ["reload nobody", 3, /^no service has the name, process id or folder 'nobody'; there are fake /],
  ["reload fake -s other", 2, /^which service\? fake and --service other are two$/],
  ["restart fake", 2, /^restart replaces one node: multi-node reload fake replaces all$/],
  ["restart fake #7", 3, /^no node serves in slot #7; there are #0 \(node-4\), #2 \(node-3\)$/],
  ["repl fake #1", 3, /^no node serves in slot #1; /],
  ["heap fake", 2, /^which node\? node-4, node-3 serve$/],
  ["heap fake node-3 more", 2, /^a service and a node are taken, got fake node-3 more$/],
  [
    "status fake --timeout 5",
    2,
    /^option '--timeout <time>' argument '5' is invalid\. A time such as 5s, from 100ms to 24d, is taken /,
  ],
  ["status fake --timeout 5sec", 2, /A time such as 5s, from 100ms to 24d, is taken /],
  ["profile fake #2 --duration 6min", 2, /A time such as 5s, from 100ms to 5m, is taken /],
  ["top fake --interval 1", 2, /A time such as 1s, from 50ms to 24d, is taken /],
  ["scale fake", 2, /^scale: an integer from 1 to 1024 is taken, got fake$/],
];

for (const [words, code, said] of REFUSED) {
  test(`multi-node ${words}: ${said.source}`, async (t) => {
    const [, base] = await openFake(t, { nodes: NODES });
    const done = await steer(base, ...words.split(" "));
    assert.equal(done.code, code, done.stderr);
    assert.match(done.stderr.replace("multi-node: ", "").trimEnd(), said);
  });
}

function lastOf({ orders, tools }: FakeService): unknown {
  const [node, tool] = tools.at(-1) ?? [];
  return tool === undefined ? orders.at(-1) : [node, tool.name];
}
