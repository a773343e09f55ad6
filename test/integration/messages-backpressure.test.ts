// A process that does not read: what is sent to it is refused, nothing grows, and no other process notices.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type Member, Service } from "../helpers/service.js";

const MEBIBYTE = 1024 * 1024;
const MAX_BUFFERED = 4 * MEBIBYTE;
/** A large message on top of what is taken. */
const MARGIN = 32 * 1024;
/** The first ones let the heap come to its size. */
const WARM_UP = 20_000;
/** They would take some 24 MiB if they were kept. */
const REFUSED = 60_000;
const MAX_GROWTH = 16 * MEBIBYTE;

interface Filled {
  whenBusy: number;
  whenFull: number;
  error: Record<string, unknown>;
}
interface Got {
  got: number[];
  spoilt: number[];
}

test("what a stopped process is sent beyond the limit is refused, all others get it, and nothing grows", async (t) => {
  const { service, sender, stopped } = await fill(t);
  await sender.do("send", WARM_UP, "master");
  const growth = await sender.do<number>("send", REFUSED, "master");
  assert.ok(growth < MAX_GROWTH, `the memory of the sender grew by ${growth} bytes`);
  const { next, refused } = await sender.do<{ next: number; refused: number[] }>("sent");
  assert.ok(refused.length >= REFUSED);
  stopped.kill("SIGCONT");
  assert.ok((await sender.do<number>("drain")) <= MEBIBYTE);
  await sender.do("send", 1_000, stopped.id);
  assert.deepEqual(await sender.do("sent"), { next: next + 1_000, refused: [] });

  const all = Array.from({ length: next + 1_000 }, (_, number) => number);
  const left = new Set(refused);
  const master = await service.member("master");
  assert.deepEqual(await master.do<Got>("got"), { got: all, spoilt: [] }, "the others have every message");
  const expected = all.filter((number) => !left.has(number));
  assert.deepEqual(await stopped.do<Got>("got"), { got: expected, spoilt: [] }, "it has what was not refused");
  await service.program.stop();
});

test("calls to a process that does not read are refused too, and end when it is gone", async (t) => {
  const { service, sender, stopped } = await fill(t);
  const { error } = await sender.do<{ error: Record<string, unknown> }>("call", stopped.id);
  assert.deepEqual([error["name"], error["code"]], ["BackpressureError", "MN_ERR_BACKPRESSURE"]);
  const settled = await sender.do<[string, string][]>("callAll");
  assert.deepEqual(Object.fromEntries(settled), { master: "ok", "node-1": "ok", "node-2": "MN_ERR_BACKPRESSURE" });
  for (let i = 0; i < 4; i++) assert.equal(typeof (await sender.do<{ value: unknown }>("call", "any")).value, "number");
  const drained = sender.do("drain");
  await service.program.first("waits");
  stopped.kill("SIGKILL");
  assert.equal(await drained, 0);
  await service.program.stop();
});

/** node-1 has sent to node-2, which is stopped, until no more was taken. */
async function fill(t: TestContext): Promise<{ service: Service; sender: Member; stopped: Member }> {
  const options = { nodes: 2, hangTimeout: 0, maxBufferedAmount: MAX_BUFFERED };
  const service = await Service.start(t, "presses.js", options);
  const [sender, stopped] = await service.members("node-1", "node-2");
  stopped.kill("SIGSTOP");
  const { whenBusy, whenFull, error } = await sender.do<Filled>("fill", "master");
  assert.ok(whenBusy > MEBIBYTE && whenBusy < MEBIBYTE + MARGIN, `postMessage() is false from ${whenBusy} bytes on`);
  assert.ok(whenFull > MAX_BUFFERED && whenFull < MAX_BUFFERED + MARGIN, `it throws from ${whenFull} bytes on`);
  assert.deepEqual([error["name"], error["code"]], ["BackpressureError", "MN_ERR_BACKPRESSURE"]);
  assert.match(String(error["message"]), /node-2 \(\d+ bytes\)/);
  return { service, sender, stopped };
}
