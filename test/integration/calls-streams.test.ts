// Streamed answers between real processes: read to the end, left early, broken midway.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type Member, Service } from "../helpers/service.js";

interface Read {
  items: number[];
  error?: Record<string, unknown>;
}

const CALLER = "node-1";
const TARGETS = ["node-2", "master", "any", CALLER];
const MANY = 100;
/** Milliseconds: too short for what never comes. */
const SHORT = 100;
/** Items that a handler may be ahead of its reader. */
const WINDOW = 32;

test("a streamed answer is read to its end, or to the error that ends it, whatever the target is", async (t) => {
  const { service, caller } = await start(t);
  for (const target of TARGETS) {
    assert.deepEqual(await read(caller, target, "ends"), { items: [0, 1, 2] });
    const thrown = await read(caller, target, "throws");
    assert.deepEqual(thrown.items, [0, 1, 2]);
    assert.deepEqual(codes(thrown), ["RangeError", "E_NO_MORE"]);
    const late = await read(caller, target, "waits", undefined, "break", { timeout: SHORT });
    assert.deepEqual(late.items, [0, 1, 2]);
    assert.deepEqual(codes(late), ["CallTimeoutError", "MN_ERR_CALL_TIMEOUT"]);
  }
  await service.program.stop();
});

test("a reader that leaves ends the handler's generator, which is not far ahead", async (t) => {
  const { service, caller } = await start(t);
  const ends = { break: [], throw: ["Error", undefined], abort: ["CallAbortedError", "MN_ERR_CALL_ABORTED"] };
  for (const target of TARGETS) {
    for (const [by, error] of Object.entries(ends)) {
      const before = service.program.all("counted").length;
      const result = await read(caller, target, "goes on", MANY, by);
      assert.deepEqual(
        result.items,
        Array.from({ length: MANY }, (_, number) => number),
      );
      assert.deepEqual(codes(result), error, `${by}, ${target}`);
      const counted = (await service.program.count("counted", before + 1)).at(-1);
      const ahead = Number(counted?.["number"]) - MANY;
      assert.ok(ahead >= -1 && ahead <= WINDOW + 1, `${by}, ${target}: ${ahead} items ahead`);
    }
  }
  await service.program.stop();
});

test("the items that a process has sent before it dies are read, and then the error", async (t) => {
  const { service, caller } = await start(t);
  const result = await read(caller, "node-2", "dies");
  assert.ok(
    result.items.every((item, index) => item === index),
    "a beginning without a gap",
  );
  assert.deepEqual(codes(result), ["PeerGoneError", "MN_ERR_PEER_GONE"]);
  await service.program.stop();
});

test("when the reader dies, the handler's generator ends", async (t) => {
  const { service } = await start(t);
  const reader = await service.member("node-2");
  const reading = read(reader, "master", "goes on");
  reading.catch(() => {});
  await reader.do("call", "master", "who");
  reader.kill("SIGKILL");
  await assert.rejects(reading);
  assert.equal((await service.program.first("counted")).id, "master");
  await service.program.stop();
});

async function start(t: TestContext): Promise<{ service: Service; caller: Member }> {
  const service = await Service.start(t, "calls.js", { nodes: 2, hangTimeout: 0, drainTimeout: SHORT });
  return { service, caller: await service.member(CALLER) };
}

function read(
  caller: Member,
  target: string,
  then: string,
  most: number = Number.MAX_SAFE_INTEGER,
  by = "break",
  options: object = {},
): Promise<Read> {
  return caller.do<Read>("read", target, then, most, by, options);
}

function codes({ error }: Read): unknown[] {
  return error === undefined ? [] : [error["name"], error["code"]];
}
