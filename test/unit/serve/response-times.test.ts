// Response times: how near the quantiles are to the truth, how long they are remembered, how many requests are timed.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ResponseTimes } from "#src/serve/response-times.js";

/** Milliseconds: 10 µs to 10 minutes, each size as likely as each other. */
const anyTime = fc.double({ min: Math.log(0.01), max: Math.log(600_000), noNaN: true }).map(Math.exp);
const TOLERANCE = 0.05;

test("the quantiles are within 5 % of the true ones", () => {
  fc.assert(
    fc.property(fc.array(anyTime, { minLength: 1, maxLength: 300 }), (times) => {
      const response = new ResponseTimes();
      for (const ms of times) response.add(ms);
      const told = response.beat();
      near(told?.p50, exact(times, 0.5));
      near(told?.p99, exact(times, 0.99));
    }),
  );
});

test("a longer time never falls below a shorter one", () => {
  fc.assert(
    fc.property(anyTime, anyTime, (one, other) => {
      const [short, long] = [Math.min(one, other), Math.max(one, other)];
      assert.ok(only(short) <= only(long), `${short} gives ${only(short)}, ${long} gives ${only(long)}`);
    }),
  );
});

test("what is shorter or longer than can be told counts as the shortest or longest", () => {
  for (const ms of [0.01, 0.001, 0, -1]) near(only(ms), 0.01);
  for (const ms of [600_000, 600_001, 1e12, Number.POSITIVE_INFINITY]) near(only(ms), 600_000);
});

test("half of the requests count for p50, and one in a hundred does not move p99", () => {
  const response = new ResponseTimes();
  for (let count = 0; count < 99; count++) response.add(1);
  response.add(5_000);
  const told = response.beat();
  near(told?.p50, 1);
  near(told?.p99, 1);
});

test("there is nothing to tell without requests, and times are forgotten after 5 to 10 beats", () => {
  for (let before = 0; before < 5; before++) {
    const response = new ResponseTimes();
    assert.equal(response.beat(), null);
    for (let beat = 0; beat < before; beat++) response.beat();
    response.add(20);
    let told = 0;
    while (response.beat() !== null) told += 1;
    assert.ok(told > 5 && told <= 10, `${told} beats, ${before} after the first`);
  }
});

test("new times stand beside the old ones, then alone", () => {
  const response = new ResponseTimes();
  for (let count = 0; count < 100; count++) response.add(1_000);
  for (let beat = 0; beat < 5; beat++) response.beat();
  for (let count = 0; count < 10_000; count++) response.add(10);
  near(response.beat()?.p50, 10);
  for (let beat = 0; beat < 4; beat++) response.beat();
  near(response.beat()?.p99, 10);
});

test("each request is timed where there are few, from its begin to its end", () => {
  let now = 1;
  const response = new ResponseTimes(() => now);
  const [first, second] = [response.begin(), response.begin()];
  now += 100;
  response.end(second);
  now += 100;
  response.end(first);
  const told = response.beat();
  near(told?.p50, 100);
  near(told?.p99, 200);
});

test("about one of 16 is timed where there are many, from the next beat on, and all again where there are few", () => {
  const response = new ResponseTimes();
  assert.equal(timedOf(response, 10_000), 10_000);
  response.beat();
  for (let beat = 0; beat < 3; beat++) {
    const timed = timedOf(response, 160_000);
    assert.ok(timed > 9_000 && timed < 11_000, `${timed} of 160 000`);
    response.beat();
  }
  timedOf(response, 100);
  response.beat();
  assert.equal(timedOf(response, 100), 100);
});

test("a rhythm of the requests is not mistaken for their times", () => {
  for (const rhythm of [2, 3, 8, 16, 31, 32]) {
    let now = 1;
    const response = new ResponseTimes(() => now);
    timedOf(response, 10_000);
    for (let beat = 0; beat < 10; beat++) response.beat();
    timedOf(response, 10_000);
    response.beat();
    let slow = 0;
    let timed = 0;
    for (let request = 0; request < 160_000; request++) {
      const begunAt = response.begin();
      if (begunAt === 0) continue;
      timed += 1;
      if (request % rhythm === 0) slow += 1;
      now += 1;
      response.end(begunAt);
    }
    const share = slow / timed;
    assert.ok(Math.abs(share - 1 / rhythm) < 0.3 / rhythm, `every ${rhythm}th is slow, ${share} of those timed`);
  }
});

/** What one request of that time is told as. */
function only(ms: number): number {
  const response = new ResponseTimes();
  response.add(ms);
  return response.beat()?.p50 ?? Number.NaN;
}

function exact(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.ceil(times.length * share) - 1] ?? Number.NaN;
}

function near(told: number | undefined, truth: number): void {
  assert.ok(Math.abs((told ?? Number.NaN) - truth) <= truth * TOLERANCE, `${told} is told, ${truth} is true`);
}

/** Lets so many requests come and go; how many of them are timed. */
function timedOf(response: ResponseTimes, requests: number): number {
  let timed = 0;
  for (let request = 0; request < requests; request++) {
    const begunAt = response.begin();
    if (begunAt !== 0) timed += 1;
    response.end(begunAt);
  }
  return timed;
}
