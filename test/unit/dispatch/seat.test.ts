// A seat: one connection on its way at a time, the others wait for their turn, and what was not taken comes back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { PATIENCE_MS, Seat } from "#src/dispatch/seat.js";
import { Visit } from "#src/dispatch/visit.js";
import { FakeClient } from "../../helpers/fake-handles.js";

test("one connection is on its way at a time, and the next follows when it is taken", () => {
  const { seat, offered, taken } = make();
  for (const number of [1, 2, 3]) seat.give(visit(number));
  assert.deepEqual(offered, [1]);
  assert.equal(seat.take(1)?.number, 1);
  assert.equal(seat.take(2)?.number, 2);
  assert.equal(seat.take(3)?.number, 3);
  assert.deepEqual(
    [offered, taken],
    [
      [1, 2, 3],
      [1, 2, 3],
    ],
  );
});

test("connections are those that it has, that on its way and those that wait, until they end", () => {
  const { seat } = make();
  for (const number of [1, 2, 3]) seat.give(visit(number));
  assert.equal(seat.connections, 3);
  seat.take(1);
  assert.equal(seat.connections, 3);
  seat.ended(1);
  assert.equal(seat.connections, 2);
  seat.ended(5);
  assert.equal(seat.connections, 2, "never less than what is still to come");
});

test("who refuses gives back all that waits, and is remembered by that one connection alone", () => {
  const { seat, offered } = make();
  const visits = [1, 2, 3].map(visit);
  for (const one of visits) seat.give(one);
  assert.deepEqual(seat.refuse(1), visits);
  assert.deepEqual(
    visits.map(({ refusedBy }) => [...refusedBy]),
    [["node-1"], [], []],
  );
  assert.equal(seat.connections, 0);
  seat.give(visit(4));
  assert.deepEqual(offered, [1, 4]);
});

test("an answer to what was not asked changes nothing", () => {
  const { seat, taken } = make();
  assert.equal(seat.take(1), undefined);
  assert.deepEqual(seat.refuse(1), []);
  seat.give(visit(1));
  assert.equal(seat.take(2), undefined);
  assert.deepEqual(seat.refuse(2), []);
  assert.deepEqual([seat.connections, taken], [1, []]);
});

test("what waits comes back, and with the end that on its way too", () => {
  const { seat } = make();
  const visits = [1, 2, 3].map(visit);
  for (const one of visits) seat.give(one);
  assert.deepEqual(seat.takeBack(), visits.slice(1));
  assert.deepEqual(seat.takeBackAll(), visits.slice(0, 1));
  assert.deepEqual(seat.takeBackAll(), []);
});

test("it is slow once a connection has waited for as long as patience lasts", () => {
  const world = make();
  const { seat } = world;
  assert.equal(seat.isStuck, false);
  seat.give(visit(1));
  seat.give(visit(2));
  world.clock += PATIENCE_MS - 1;
  assert.equal(seat.isStuck, false);
  world.clock += 1;
  assert.equal(seat.isStuck, true);
  seat.take(1);
  assert.equal(seat.isStuck, false, "the next one has its own time");
  world.clock += PATIENCE_MS;
  assert.equal(seat.isStuck, true);
});

test("a line that answers at once is heard", () => {
  const seat: Seat = new Seat("master", { offer: ({ number }) => void seat.take(number), taken: () => {} }, () => 0);
  for (const number of [1, 2]) seat.give(visit(number));
  assert.equal(seat.connections, 2);
});

interface World {
  seat: Seat;
  offered: number[];
  taken: number[];
  clock: number;
}

function make(): World {
  const [offered, taken]: [number[], number[]] = [[], []];
  const line = {
    offer: ({ number }: Visit) => void offered.push(number),
    taken: ({ number }: Visit) => void taken.push(number),
  };
  const world: World = { offered, taken, clock: 0, seat: new Seat("node-1", line, () => world.clock) };
  return world;
}

function visit(number: number): Visit {
  return new Visit(number, "any", new FakeClient(), { firstBytes: undefined, proxied: undefined });
}
