// Every kind of target, with every way to fail.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CallOptions } from "#src/messages/targets.js";
import type { Settled } from "#src/messages/calls.js";
import { afterThisTurn } from "#src/promises.js";
import { within } from "../../helpers/deadline.js";
import { type FakeProcess, processSet } from "../../helpers/process-set.js";

interface World {
  caller: FakeProcess;
  /** Those that the call goes to, or one of them. */
  handlers: FakeProcess[];
  controller: AbortController;
}

interface Failure {
  what: string;
  /** The code of the error, or its name where it has none. */
  code: string;
  /** Whether it is the caller's fault, so that all of a call to "all" fails. */
  isOfCaller?: boolean;
  name?: string;
  value?: unknown;
  options?: (world: World) => CallOptions;
  /** What happens while the call is in progress. */
  meanwhile?: (world: World) => void;
}

const failures: Failure[] = [
  { what: "the handler throws", code: "E_SYNC", name: "throws" },
  { what: "the handler rejects", code: "E_ASYNC", name: "rejects" },
  { what: "the answer cannot be cloned", code: "DataCloneError", name: "uncloneable" },
  { what: "the answer is too large", code: "MN_ERR_FRAME_TOO_LARGE", name: "large" },
  { what: "there is no answer in time", code: "MN_ERR_CALL_TIMEOUT", options: () => ({ timeout: 1 }) },
  { what: "the process goes", code: "MN_ERR_PEER_GONE", meanwhile: ({ handlers }) => handlers.forEach(leave) },
  { what: "nobody handles it", code: "MN_ERR_NO_HANDLER", name: "nothing" },
  { what: "the value cannot be cloned", code: "DataCloneError", value: () => {}, isOfCaller: true },
  { what: "the value is too large", code: "MN_ERR_FRAME_TOO_LARGE", value: "x".repeat(2 ** 21), isOfCaller: true },
  { what: "the name is bad", code: "MN_ERR_OPTION", name: "", isOfCaller: true },
  { what: "an option is bad", code: "MN_ERR_OPTION", options: () => ({ timeout: -1 }), isOfCaller: true },
  {
    what: "the caller has aborted",
    code: "MN_ERR_CALL_ABORTED",
    options: () => ({ signal: AbortSignal.abort() }),
    isOfCaller: true,
  },
  {
    what: "the caller aborts",
    code: "MN_ERR_CALL_ABORTED",
    options: ({ controller }) => ({ signal: controller.signal }),
    meanwhile: ({ controller }) => controller.abort(),
    isOfCaller: true,
  },
];

/** By target: who calls, and who handles. */
const targets: Record<string, { caller: string; handlers: string[] }> = {
  "node-1": { caller: "master", handlers: ["node-1"] },
  "node-2": { caller: "node-1", handlers: ["node-2"] },
  master: { caller: "node-2", handlers: ["master"] },
  self: { caller: "node-2", handlers: ["node-2"] },
  any: { caller: "master", handlers: ["node-1", "node-2"] },
  all: { caller: "master", handlers: ["node-1", "node-2"] },
};

for (const [target, { caller, handlers }] of Object.entries(targets)) {
  for (const failure of failures) {
    // A process that is gone calls nobody any more, itself included.
    if (target === "self" && failure.code === "MN_ERR_PEER_GONE") continue;
    test(`${target}: ${failure.what}`, async () => {
      const world = await makeWorld(caller, handlers);
      const { what, code, name = "never", value, options, meanwhile, isOfCaller } = failure;
      const call = world.caller.calls.call(target === "self" ? caller : target, name, value, options?.(world));
      const settled = within(Promise.allSettled([call]), `${target} fails as ${what}`);
      await afterThisTurn();
      meanwhile?.(world);
      const [result] = await settled;
      if (target === "all" && isOfCaller !== true) checkAll(result, name, code);
      else assert.equal(result.status === "rejected" ? codeOf(result.reason) : "fulfilled", code);
      assert.equal(world.caller.errors.filter((error) => error !== undefined).length, 0);
    });
  }
}

test("all: one fails, one dies, one answers, and so does the caller itself", async () => {
  const set = processSet(4) as [FakeProcess, FakeProcess, FakeProcess, FakeProcess];
  const [master, failing, dying, answering] = set;
  master.handlers.handle("mixed", () => "master");
  failing.handlers.handle("mixed", () => Promise.reject(Object.assign(new Error("no"), { code: "E_NO" })));
  dying.handlers.handle("mixed", () => leave(dying));
  answering.handlers.handle("mixed", () => ({ fine: true }));
  await master.knows("mixed", "node-1", "node-2", "node-3");
  const settled = (await within(master.calls.call("all", "mixed", 1), "all settle")) as Settled[];
  assert.deepEqual(
    settled.map((one) => [one.peer.id, one.status === "fulfilled" ? one.value : codeOf(one.reason)]),
    [
      ["master", "master"],
      ["node-1", "E_NO"],
      ["node-2", "MN_ERR_PEER_GONE"],
      ["node-3", { fine: true }],
    ],
  );
});

async function makeWorld(callerId: string, handlerIds: string[]): Promise<World> {
  const set = processSet(3);
  const handlers = set.filter(({ id }) => handlerIds.includes(id));
  for (const { handlers: its } of handlers) {
    its.handle("throws", () => {
      throw Object.assign(new Error("sync"), { code: "E_SYNC" });
    });
    its.handle("rejects", () => Promise.reject(Object.assign(new Error("async"), { code: "E_ASYNC" })));
    its.handle("uncloneable", () => Symbol("at home"));
    its.handle("large", () => "x".repeat(2 ** 21));
    its.handle("never", () => new Promise(() => {}));
  }
  const caller = set.find(({ id }) => id === callerId);
  assert.ok(caller);
  await caller.knows("never", ...handlerIds);
  return { caller, handlers, controller: new AbortController() };
}

function leave(process: FakeProcess): void {
  process.kill();
}

/** Where nobody handles a call to all, nobody answers; otherwise each fails on its own. */
function checkAll(result: PromiseSettledResult<unknown>, name: string, code: string): void {
  assert.equal(result.status, "fulfilled");
  const settled = result.value as Settled[];
  const codes = settled.map((one) => (one.status === "rejected" ? codeOf(one.reason) : "fulfilled"));
  assert.deepEqual(codes, name === "nothing" ? [] : [code, code]);
}

function codeOf(error: unknown): unknown {
  const { code, name } = error as NodeJS.ErrnoException;
  return typeof code === "string" ? code : name;
}
