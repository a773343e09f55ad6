// The keys of TLS tickets: the same for all who ask for a socket's, others after a day, and kept by a new master.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { HandedTicketKeys } from "#src/master/handover.js";
import { TICKET_KEYS_MS, TicketStore } from "#src/master/ticket-store.js";
import type { TicketKeys } from "#src/protocol.js";

test("each socket has keys of its own, the same for whoever asks", async (t) => {
  const { store } = make(t);
  const first = await store.of("a");
  assert.equal(Buffer.from(first.keys, "base64").length, 48);
  assert.equal((await store.of("a")).keys, first.keys);
  assert.notEqual((await store.of("b")).keys, first.keys);
});

test("those that ask at the same time get the same keys", async (t) => {
  const { store } = make(t);
  const both = await Promise.all([store.of("a"), store.of("a")]);
  assert.equal(both[0].keys, both[1].keys);
});

test("after a day they are replaced, and those who have them are told, day by day", async (t) => {
  const { store, replaced } = make(t);
  const { keys } = await store.of("a");
  t.mock.timers.tick(TICKET_KEYS_MS - 1);
  assert.deepEqual(replaced, []);
  t.mock.timers.tick(1);
  assert.deepEqual(replaced, [{ ...(await store.of("a")) }]);
  assert.notEqual((await store.of("a")).keys, keys);
  t.mock.timers.tick(TICKET_KEYS_MS);
  assert.equal(replaced.length, 2);
});

test("those of a socket that is let go are forgotten, and not replaced", async (t) => {
  const { store, replaced } = make(t);
  const { keys } = await store.of("a");
  store.forget("a");
  t.mock.timers.tick(TICKET_KEYS_MS);
  assert.deepEqual([replaced, store.all], [[], []]);
  assert.notEqual((await store.of("a")).keys, keys);
});

test("a new master goes on with those of the old one for what is left of their day", async (t) => {
  const old = make(t);
  const { keys } = await old.store.of("a");
  t.mock.timers.tick(TICKET_KEYS_MS / 2);
  const { store, replaced } = make(t, old.store.all);
  assert.equal((await store.of("a")).keys, keys);
  assert.notEqual((await store.of("b")).keys, keys);
  t.mock.timers.tick(TICKET_KEYS_MS / 2);
  assert.deepEqual(
    replaced.map(({ key }) => key),
    ["a"],
  );
});

function make(t: TestContext, handed: HandedTicketKeys[] = []): { store: TicketStore; replaced: TicketKeys[] } {
  const replaced: TicketKeys[] = [];
  if (handed.length === 0) t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const store = new TicketStore({ replaced: (keys) => replaced.push(keys), handed: Promise.resolve(handed) });
  return { store, replaced };
}
