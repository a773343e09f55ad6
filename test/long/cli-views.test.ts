// What the steering commands say of services in each state, over a control socket with a master that the test plays.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import type { Status } from "multi-node";
import { ControlError, StartError } from "#src/errors.js";
import { eventually } from "../helpers/deadline.js";
import { openFake, openSilent } from "../helpers/fake-service.js";
import { exitOf, nodeOf, statusOf } from "../helpers/status-of.js";
import { jsonLines, steer, steerInShell } from "../helpers/steer.js";

test("list shows services that answer, and those that do not", async (t) => {
  const [, base] = await openFake(t);
  await openSilent(t, base);
  const words = await steer(base, "list", "--timeout", "0.5s");
  assert.equal(words.code, 0);
  assert.match(words.stdout, /^NAME +PID +NODES/);
  assert.match(words.stdout, /^fake +100 +2\/2 .*\[::\]:8000 +\/srv\/api$/m);
  assert.match(words.stdout, /^silent +4711 +no answer +- +- +\/srv\/shop$/m);
  const [told] = jsonLines(await steer(base, "list", "--json", "--timeout", "0.5s")) as [
    { name: string; state: string; status: Status | null }[],
  ];
  const found = told.filter(({ name }) => name === "fake" || name === "silent");
  assert.deepEqual(
    found.map(({ name, state, status }) => [name, state, status?.name]),
    [
      ["fake", "answering", "fake"],
      ["silent", "silent", undefined],
    ],
  );
});

test("status prints words, or exactly what nodes.status() gives", async (t) => {
  const [service, base] = await openFake(t);
  const words = await steer(base, "status", "-s", "fake");
  assert.deepEqual([words.code, words.stderr], [0, ""]);
  assert.match(
    words.stdout,
    /^fake \(pid 100\), up [^]*^ {2}nodes {5}2 of 2 serve\n\nNODE +SLOT +PID [^]*^node-2 +#1 +102 +serving /m,
  );
  const json = await steer(base, "status", "--service", "fake", "--json");
  assert.equal(json.stdout, `${JSON.stringify(service.status)}\n`);
});

test("status --ready says nothing where a node serves, and why not where none does", async (t) => {
  const [service, base] = await openFake(t);
  service.status = statusOf({ name: "fake", nodes: [nodeOf(0), nodeOf(1, { state: "spawning" })] });
  assert.deepEqual(await steer(base, "status", "-s", "fake", "--ready"), { code: 0, stdout: "", stderr: "" });
  service.status = statusOf({ name: "fake", nodes: [nodeOf(0, { state: "spawning" }), nodeOf(1, { state: "hung" })] });
  const not = {
    code: 1,
    stdout: "",
    stderr: "multi-node: no node of fake serves: node-1 is spawning, node-2 is hung\n",
  };
  assert.deepEqual(await steer(base, "status", "-s", "fake", "--ready"), not);
});

test("no such service: exit code 3; one that does not answer: 4, in the time that was given", async (t) => {
  const [, base] = await openFake(t);
  await openSilent(t, base);
  for (const words of [
    ["status"],
    ["status", "--ready"],
    ["reload"],
    ["scale", "2"],
    ["restart", "node-1"],
    ["stop"],
    ["logs"],
  ]) {
    const none = await steer(base, ...words, "-s", "nobody");
    assert.equal(none.code, 3, none.stderr);
    assert.match(none.stderr, /^multi-node: [^\n]+\n$/);
    const late = await steer(base, ...words, "-s", "silent", "--timeout", "0.2s");
    assert.equal(late.code, 4, late.stderr);
    assert.match(late.stderr, /^multi-node: the master has not answered for 0.2 s[^\n]*\n$/);
  }
});

test("words that make no sense: exit code 2", async (t) => {
  const [, base] = await openFake(t);
  const wrong = [
    "scale",
    "scale 0",
    "scale two",
    "restart",
    "logs -n x",
    "status --timeout 0",
    "top --json",
    "top --interval -1",
    "top",
  ];
  for (const words of wrong) {
    const { code, stdout, stderr } = await steer(base, ...words.split(" "));
    assert.deepEqual([code, stdout], [2, ""], words);
    assert.match(stderr, /^multi-node: [^\n]+\n$/, words);
  }
});

test("an order tells what becomes of the nodes, line by line", async (t) => {
  const [service, base] = await openFake(t);
  const ends = async (): Promise<void> => {
    await untilWatched(service);
    service.tell({ type: "node", id: "node-3", place: 0, state: "spawning" });
    service.tell({ type: "node", id: "node-3", place: 0, state: "serving" });
    service.tell({ type: "exit", exit: exitOf({ id: "node-1", reason: "drained", code: 0 }) });
  };
  service.done = ends();
  const words = await steer(base, "reload", "-s", "fake");
  assert.deepEqual([words.code, words.stderr], [0, ""]);
  assert.match(
    words.stdout,
    /^node-3 starts\nnode-3 serves\nnode-1 has ended after 2 s\nfake is reloaded \([\d.]+ m?s\)\n$/,
  );
  assert.deepEqual(service.orders, [{ type: "reload" }]);
});

test("an order that is given up: the error, exit code 1, and with --json each answer as it came", async (t) => {
  const [service, base] = await openFake(t);
  const code = "MN_ERR_RELOAD_FAILED";
  const message = "the reload was given up, the old nodes go on: SyntaxError";
  const fails = async (): Promise<never> => {
    await untilWatched(service);
    service.tell({ type: "node", id: "node-3", place: 0, state: "spawning" });
    throw new StartError(code, message);
  };
  service.done = fails();
  const words = await steer(base, "reload", "-s", "fake");
  assert.deepEqual(words, { code: 1, stdout: "node-3 starts\n", stderr: `multi-node: ${message}\n` });
  service.done = fails();
  const json = await steer(base, "reload", "-s", "fake", "--json");
  const event = { type: "node", id: "node-3", place: 0, state: "spawning" };
  assert.deepEqual([json.code, jsonLines(json)], [1, [{ event }, { error: { code, message } }]]);
});

test("a node that is not there: exit code 3", async (t) => {
  const [service, base] = await openFake(t);
  service.done = Promise.reject(new ControlError("MN_ERR_NO_SUCH_NODE", "node-9 is not there"));
  service.done.catch(() => {});
  assert.deepEqual(await steer(base, "restart", "node-9", "-s", "fake"), {
    code: 3,
    stdout: "",
    stderr: "multi-node: node-9 is not there\n",
  });
});

test("stop waits for the master's process", async (t) => {
  const master = spawn(process.execPath, ["-e", "process.stdin.resume()"], { stdio: ["pipe", "ignore", "ignore"] });
  t.after(() => master.kill("SIGKILL"));
  const [service, base] = await openFake(t, { pid: master.pid as number });
  const stopping = steer(base, "stop", "-s", "fake");
  await untilWatched(service);
  service.stopped.resolve();
  await eventually(() => service.watchers === 0, "it is answered");
  const order: string[] = [];
  master.on("exit", () => order.push("master"));
  void stopping.then(() => order.push("command"));
  master.stdin?.end();
  const { code, stdout } = await stopping;
  assert.deepEqual([code, order], [0, ["master", "command"]]);
  assert.match(stdout, /^fake has ended \(/);
});

test("stop says so when the master's process stays", async (t) => {
  const [service, base] = await openFake(t, { pid: process.pid });
  const stopping = steer(base, "stop", "-s", "fake", "--timeout", "0.3s");
  service.stopped.resolve();
  const { code, stderr } = await stopping;
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^multi-node: the service has ended, but its master \(pid \d+\) still runs after 0.3 s: [^\n]+\n$/,
  );
});

test("logs are shown with whose they are, and how many are left out", async (t) => {
  const [service, base] = await openFake(t);
  for (const [node, text] of [
    ["node-1", "one"],
    ["master", "two"],
    ["node-2", "three"],
  ] as const)
    service.feed.write(node, text);
  assert.equal((await steer(base, "logs", "-s", "fake")).stdout, "node-1 | one\nmaster | two\nnode-2 | three\n");
  assert.equal((await steer(base, "logs", "-s", "fake", "-n", "1")).stdout, "node-2 | three\n");
  assert.equal((await steer(base, "logs", "master", "-s", "fake")).stdout, "master | two\n");
  const json = jsonLines(await steer(base, "logs", "-s", "fake", "-n", "1", "--json"));
  const line = { time: "1970-01-01T00:00:00.002Z", node: "node-2", pid: 77, stream: "stdout", text: "three" };
  assert.deepEqual(json, [line]);
  assert.equal((await steer(base, "logs", "node-9", "-s", "fake")).code, 3);
});

test("logs -f goes on until it is ended, or nobody reads any more", async (t) => {
  const [service, base] = await openFake(t);
  service.feed.write("node-1", "before");
  const head = steerInShell(base, "multi-node logs -f -s fake | head -n 2");
  await eventually(() => service.feed.followers.size === 1, "it is followed");
  service.feed.write("node-1", "after");
  service.feed.write("node-1", "beyond");
  const { stdout, stderr } = await writeUntil(head, () => service.feed.write("node-1", "more"));
  assert.deepEqual([stdout, stderr], ["node-1 | before\nnode-1 | after\n", ""]);
  await eventually(() => service.feed.followers.size === 0, "it is not followed any more");
});

/** Resolves when an order is in progress. */
async function untilWatched(service: { watchers: number }): Promise<void> {
  await eventually(() => service.watchers > 0, "an order comes");
}

/** A pipe that nobody reads is noticed by who writes to it. */
async function writeUntil<Value>(promise: Promise<Value>, write: () => void): Promise<Value> {
  const timer = setInterval(write, 20);
  try {
    return await promise;
  } finally {
    clearInterval(timer);
  }
}

test("the name of a service does not steer the terminal", async (t) => {
  const [service, base] = await openFake(t, { name: "fa\u001b]0;title\u0007ke" });
  service.done = Promise.resolve();
  const { stdout } = await steer(base, "reload", "-s", "100");
  assert.match(stdout, /^fake is reloaded \(/m);
});
