// What becomes of messages when processes are replaced and when they end in order.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Book, Row } from "../helpers/message-ledger.js";
import { Service } from "../helpers/service.js";

/** Far more than what the system keeps between two processes. */
const AT_DRAIN = 8_000;
const BEFORE_CLOSE = 3_000;

test("during a reload, old and new nodes hear everything that is sent while they are there", async (t) => {
  const service = await Service.start(t, "exchanges.js", { nodes: 2, batch: 2 });
  const master = await service.member("master");
  await master.do("begin");
  await master.do("reload");
  await service.meet("master", "node-3", "node-4");
  await master.do("end");
  await service.program.stop();
  const books = booksOf(service);
  assert.deepEqual([...books.keys()].sort(), ["master", "node-1", "node-2", "node-3", "node-4"]);
  for (const { faults } of books.values()) assert.deepEqual(faults, []);
  const { sentAtJoin, sent } = books.get("master") as Book;
  for (const id of ["node-3", "node-4"]) {
    const row = rowOf(books, id, "all", "master");
    assert.ok(row.first <= (sentAtJoin[id]?.["all"] as number), `${id} has heard the first after its join`);
    assert.equal(row.next, sent["all"], `${id} has heard the last`);
  }
  const [old, its] = [rowOf(books, "node-1", "all", "master"), rowOf(books, "node-3", "all", "master")];
  assert.ok(its.first < old.next, "some messages reach the old node and the new one");
});

test("what a node sends at the end of its drain arrives", async (t) => {
  const service = await Service.start(t, "exchanges.js", { nodes: 2, atDrain: AT_DRAIN });
  (await service.member("node-1")).kill("SIGTERM");
  const others = await service.members("master", "node-2");
  for (const member of others) await member.do("has", "node-1", AT_DRAIN);
  await service.program.stop();
  for (const { faults } of booksOf(service).values()) assert.deepEqual(faults, []);
});

test("what is sent just before close() arrives", async (t) => {
  for (const closer of ["node-1", "master"]) {
    const service = await Service.start(t, "exchanges.js", { nodes: 2 });
    await (await service.member(closer)).do("sendAndClose", BEFORE_CLOSE);
    assert.deepEqual(await service.program.ended(), { code: 0, signal: null });
    const books = booksOf(service);
    for (const { id, faults } of books.values()) {
      assert.deepEqual(faults, []);
      if (id !== closer)
        assert.deepEqual(rowOf(books, id, "all", closer), { first: 0, next: BEFORE_CLOSE }, `${id} of ${closer}`);
    }
  }
});

function booksOf({ program }: Service): Map<string, Book> {
  return new Map(program.all("exits").map((line) => [line.id, line as unknown as Book]));
}

function rowOf(books: Map<string, Book>, id: string, channel: string, from: string): Row {
  const row = books.get(id)?.rows[channel]?.[from];
  assert.ok(row, `${id} has heard ${from} on ${channel}`);
  return row;
}
