// Calls between real processes: every kind of target with every way in which an answer can fail to come.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { within } from "../helpers/deadline.js";
import { type Member, Service } from "../helpers/service.js";

/** How a call ended, as its process told. */
interface Outcome {
  value?: unknown;
  error?: Record<string, unknown>;
  all?: (Outcome & { id: string })[];
}

const IDS = ["master", "node-1", "node-2"];
const CALLER = "node-1";
/** Those that name one process, the caller itself among them. */
const SINGLE = ["node-2", "master", "any", CALLER];
/** Milliseconds: too short for what never comes. */
const SHORT = 100;

const failures: [name: string, error: Record<string, unknown>][] = [
  ["throws", { name: "RangeError", message: "out of it", code: "E_ODD" }],
  ["rejects", { name: "TypeError", message: "not today", code: "E_TODAY" }],
  ["gives a function", { name: "DataCloneError" }],
  ["waits", { name: "CallTimeoutError", code: "MN_ERR_CALL_TIMEOUT" }],
];

test("what goes wrong in a handler, whatever the target is", async (t) => {
  const { service, caller } = await start(t, 2);
  for (const [name, error] of failures) {
    const call = (target: string) => caller.do<Outcome>("call", target, name, null, { timeout: SHORT });
    for (const target of SINGLE) isError((await call(target)).error, error, `${name}, ${target}`);
    const { all = [] } = await call("all");
    assert.deepEqual(all.map(({ id }) => id).sort(), IDS);
    for (const one of all) isError(one.error, error, `${name}, all, ${one.id}`);
  }
  await service.program.stop();
});

test("what the caller gets where it asks for what is not there", async (t) => {
  const { service, caller } = await start(t, 2);
  const noHandler = { name: "NoHandlerError", code: "MN_ERR_NO_HANDLER" };
  const call = (target: string, name: string) => caller.do<Outcome>("call", target, name);
  for (const target of SINGLE) isError((await call(target, "nobody's")).error, noHandler, `no handler, ${target}`);
  assert.deepEqual(await call("all", "nobody's"), { all: [] });
  for (const id of IDS) await unhandle(service, caller, id, "was there");
  for (const target of SINGLE) isError((await call(target, "was there")).error, noHandler, `removed, ${target}`);
  assert.deepEqual(await call("all", "was there"), { all: [] });

  isError((await call("node-99", "who")).error, { name: "PeerGoneError", code: "MN_ERR_PEER_GONE" }, "never there");
  isError((await call("nobody", "who")).error, { name: "UsageError", code: "MN_ERR_OPTION" }, "no target");
  for (const target of [...SINGLE, "all"]) {
    const { error } = await caller.do<Outcome>("callFunction", target);
    isError(error, { name: "DataCloneError" }, `a function for ${target}`);
  }
  await service.program.stop();
});

test("a call that is aborted rejects at once, and its handler's signal aborts", async (t) => {
  const { service, caller } = await start(t, 2);
  for (const target of [...SINGLE, "all"]) {
    await caller.do("begin", target, target, "waits");
    const told = (event: string) => service.program.all(event).filter(({ value }) => value === target);
    const handlers = target === "all" ? IDS.length : 1;
    await service.program.until(() => told("waits").length === handlers, `${target} handles the call`);
    await caller.do("abort", target);
    const error = { name: "CallAbortedError", code: "MN_ERR_CALL_ABORTED", cause: "on order" };
    isError((await settled(service, target)).error, error, target);
    await service.program.until(() => told("aborted").length === handlers, `the handler for ${target} hears of it`);
    for (const { code } of told("aborted")) assert.equal(code, "MN_ERR_CALL_ABORTED");
  }
  await service.program.stop();
});

test("a process that is stopped does not answer in time, and again once it goes on", async (t) => {
  const { service, caller } = await start(t, 2);
  for (const id of ["node-2", "master"]) {
    const target = await service.member(id);
    await handle(service, caller, id, `only ${id}`);
    target.kill("SIGSTOP");
    const error = { name: "CallTimeoutError", code: "MN_ERR_CALL_TIMEOUT" };
    const options = { timeout: SHORT };
    isError((await caller.do<Outcome>("call", id, "who", null, options)).error, error, id);
    isError((await caller.do<Outcome>("call", "any", `only ${id}`, null, options)).error, error, `any, ${id}`);
    const { all = [] } = await caller.do<Outcome>("call", "all", "who", null, options);
    for (const one of all) {
      if (one.id === id) isError(one.error, error, `all, ${id}`);
      else assert.equal(one.value, one.id);
    }
    target.kill("SIGCONT");
    assert.deepEqual(await caller.do("call", id, "who"), { value: id });
  }
  await service.program.stop();
});

test("a process that is killed answers no call: the others' answers are there", async (t) => {
  for (const id of ["node-2", "master"]) {
    const { service, caller } = await start(t, 2);
    await handle(service, caller, id, `only ${id}`);
    await caller.do("begin", "id", id, "waits");
    await caller.do("begin", "any", "any", `only ${id}`);
    await caller.do("begin", "all", "all", `only ${id}`);
    await service.program.count("waits", 3);
    (await service.member(id)).kill("SIGKILL");
    const error = { name: "PeerGoneError", code: "MN_ERR_PEER_GONE" };
    for (const key of ["id", "any"]) isError((await settled(service, key)).error, error, `${key}, ${id}`);
    const { all: [only] = [] } = await settled(service, "all");
    assert.equal(only?.id, id);
    isError(only?.error, error, `all, ${id}`);
    if (id === "master") await service.program.leavesNothing();
    else await service.program.stop();
  }
});

test("a process that drains answers what it can until its end, and no more", async (t) => {
  const { service, caller } = await start(t, 2);
  await caller.do("begin", "in time", "node-2", "until the end");
  await caller.do("begin", "too late", "node-2", "waits");
  await service.program.count("waits", 1);
  (await service.member("node-2")).kill("SIGTERM");
  assert.deepEqual(await settled(service, "in time"), { value: "at the end" });
  isError((await settled(service, "too late")).error, { code: "MN_ERR_PEER_GONE" }, "too late");
  await service.program.stop();
});

test("when the caller dies, its handlers' signals abort", async (t) => {
  const { service } = await start(t, 3);
  const caller = await service.member("node-3");
  await caller.do("begin", "all", "all", "waits");
  await service.program.count("waits", 4);
  caller.kill("SIGKILL");
  const aborted = await service.program.count("aborted", 3);
  assert.deepEqual(aborted.map(({ id }) => id).sort(), IDS);
  for (const { from, code } of aborted) assert.deepEqual([from, code], ["node-3", "MN_ERR_PEER_GONE"]);
  await service.program.stop();
});

test("jobs go to the least busy process, whoever made it busy", async (t) => {
  const { service, caller } = await start(t, 3);
  const handlers = ["master", "node-2", "node-3"];
  for (const id of handlers) await handle(service, caller, id, "job");
  await caller.do("handOut", "job", 12);
  const shares = (await service.program.count("waits", 12)).map(({ id }) => id);
  for (const id of handlers) assert.equal(shares.filter((one) => one === id).length, 4, `the share of ${id}`);

  for (const id of handlers) await handle(service, caller, id, "where", "answers");
  const other = await service.member("node-2");
  for (let job = 0; job < 5; job++) await other.do("begin", `job ${job}`, "master", "waits");
  for (let job = 0; job < 5; job++) await other.do("begin", `job ${job}`, "node-3", "waits");
  await service.program.count("waits", 22);
  await within(goTo(caller, "where", "node-2"), "the caller hears that the others are busier");
  await service.program.stop();
});

/** Resolves when calls of that name, as often as one likes, all go to that process. */
async function goTo(caller: Member, name: string, id: string): Promise<void> {
  for (let inRow = 0; inRow < 8; ) {
    const { value } = await caller.do<Outcome>("call", "any", name);
    inRow = value === id ? inRow + 1 : 0;
  }
}

async function start(t: TestContext, nodes: number): Promise<{ service: Service; caller: Member }> {
  const service = await Service.start(t, "calls.js", { nodes, hangTimeout: 0, drainTimeout: SHORT });
  return { service, caller: await service.member(CALLER) };
}

/** Lets a process handle calls of that name; resolves when the caller knows. */
async function handle(service: Service, caller: Member, id: string, name: string, how = "waits"): Promise<void> {
  const member = await service.member(id);
  await member.do("handle", name, how);
  // What comes after the news over the same link comes behind it.
  await member.do("call", caller.id, "who");
}

async function unhandle(service: Service, caller: Member, id: string, name: string): Promise<void> {
  const member = await service.member(id);
  await member.do("unhandle", name);
  await member.do("call", caller.id, "who");
}

async function settled({ program }: Service, key: string): Promise<Outcome> {
  return (await program.first("settled", (line) => line["key"] === key))["outcome"] as Outcome;
}

/** It arrived as an error, with at least these properties. */
function isError(error: Outcome["error"], expected: Record<string, unknown>, cell: string): void {
  const names = Object.keys(expected);
  assert.deepEqual(Object.fromEntries(names.map((name) => [name, error?.[name]])), expected, cell);
  assert.equal(error?.["isError"], true, cell);
}
