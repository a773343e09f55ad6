// Signals of the operating system as orders: the first to end ends all in order, every further one at once.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { SignalJudge, type SignalOrder, watchSignals } from "#src/master/signals.js";

// From Node 24 on, the test runner passes all options on, and thereby asks for a report at each SIGUSR2.
if (process.report !== undefined) process.report.reportOnSignal = false;

const SIGNALS = { SIGINT: 130, SIGQUIT: 131, SIGTERM: 143 } as const;
const NAMES = Object.keys(SIGNALS) as (keyof typeof SIGNALS)[];
const STEERING: [signal: NodeJS.Signals, order: SignalOrder][] = [
  ["SIGHUP", { type: "reload" }],
  ["SIGTTIN", { type: "resize", by: 1 }],
  ["SIGTTOU", { type: "resize", by: -1 }],
  ["SIGUSR2", { type: "upgrade" }],
];
const WATCHED = [...NAMES, ...STEERING.map(([signal]) => signal)];

for (const first of NAMES) {
  for (const second of NAMES) {
    test(`${first}, then ${second}: in order, then at once with the code of the second`, (t) => {
      const { orders, clock } = watch(t);
      process.emit(first, first);
      assert.deepEqual(orders, [{ type: "stop" }]);
      clock.now += 200;
      process.emit(second, second);
      clock.now += 200;
      process.emit(first, first);
      assert.deepEqual(orders.slice(1), [
        { type: "kill", exitCode: SIGNALS[second] },
        { type: "kill", exitCode: SIGNALS[first] },
      ]);
    });
  }
}

test("two SIGINT within 200 ms are one press of Ctrl-C, that of the terminal and that of a parent", () => {
  const { decide, clock } = judge();
  assert.deepEqual(decide("SIGINT"), { type: "stop" });
  clock.now += 199;
  assert.equal(decide("SIGINT"), undefined);
  clock.now += 1;
  assert.deepEqual(decide("SIGINT"), { type: "kill", exitCode: 130 });
});

test("keys that are held down are heard all the same", () => {
  const { decide, clock } = judge();
  const orders: (SignalOrder | undefined)[] = [];
  for (let repeat = 0; repeat < 10; repeat++) {
    orders.push(decide("SIGINT"));
    clock.now += 30;
  }
  assert.deepEqual(orders[0], { type: "stop" });
  assert.deepEqual(orders[7], { type: "kill", exitCode: 130 });
});

test("only SIGINT comes twice by itself: two others, or two different ones, are two", () => {
  for (const [first, second, exitCode] of [
    ["SIGTERM", "SIGTERM", 143],
    ["SIGQUIT", "SIGQUIT", 131],
    ["SIGTERM", "SIGINT", 130],
    ["SIGINT", "SIGTERM", 143],
  ] as const) {
    const { decide } = judge();
    assert.deepEqual(decide(first), { type: "stop" });
    assert.deepEqual(decide(second), { type: "kill", exitCode }, `${first}, ${second}`);
  }
});

for (const [signal, order] of STEERING) {
  test(`${signal} steers, however often, and is no signal to end`, (t) => {
    const { orders } = watch(t);
    for (let time = 0; time < 3; time++) process.emit(signal, signal);
    assert.deepEqual(orders, [order, order, order]);
    process.emit("SIGTERM", "SIGTERM");
    assert.deepEqual(orders[3], { type: "stop" });
  });
}

const HANG_UPS: [title: string, had: boolean, has: boolean, order: SignalOrder][] = [
  ["of a terminal that is gone ends the service", true, false, { type: "stop" }],
  ["with the terminal still there reloads", true, true, { type: "reload" }],
  ["of a service that never had a terminal reloads", false, false, { type: "reload" }],
  ["with a terminal that came later reloads", false, true, { type: "reload" }],
];

for (const [title, had, has, order] of HANG_UPS) {
  test(`SIGHUP ${title}`, () => {
    assert.deepEqual(judge(had).decide("SIGHUP", has), order);
  });
}

test("a second hang-up ends at once, as does one that follows another signal to end", () => {
  const hungUp = judge(true);
  hungUp.decide("SIGHUP", false);
  assert.deepEqual(hungUp.decide("SIGHUP", false), { type: "kill", exitCode: 129 });
  const interrupted = judge(true);
  interrupted.decide("SIGINT", true);
  assert.deepEqual(interrupted.decide("SIGHUP", false), { type: "kill", exitCode: 129 });
});

test("other signals are none of its business, SIGUSR1 of the inspector's least of all", (t) => {
  const others = ["SIGUSR1", "SIGCHLD", "SIGCONT", "SIGWINCH", "SIGPIPE", "SIGTSTP"] as const;
  const before = others.map((name) => process.listenerCount(name));
  const { orders } = watch(t);
  assert.deepEqual(
    others.map((name) => process.listenerCount(name)),
    before,
  );
  for (const name of others) assert.equal(judge().decide(name), undefined);
  assert.deepEqual(orders, []);
});

test("nothing of it is left when it ends, and the program's own listeners stay", (t) => {
  const own = (): void => {};
  process.on("SIGTERM", own);
  t.after(() => process.off("SIGTERM", own));
  const before = WATCHED.map((name) => process.listeners(name));
  const { orders, end } = watch(t);
  end();
  end();
  assert.deepEqual(
    WATCHED.map((name) => process.listeners(name)),
    before,
  );
  process.emit("SIGTERM", "SIGTERM");
  assert.deepEqual(orders, []);
});

test("property: whatever comes, the first to end ends in order, and no later one does", () => {
  const steps = fc.array(fc.record({ signal: fc.constantFrom(...WATCHED), has: fc.boolean(), ms: fc.nat(400) }));
  fc.assert(
    fc.property(fc.boolean(), steps, (had, list) => {
      const { decide, clock } = judge(had);
      const ends: SignalOrder[] = [];
      for (const { signal, has, ms } of list) {
        clock.now += ms;
        const order = decide(signal, has);
        if (order?.type === "stop" || order?.type === "kill") ends.push(order);
      }
      assert.ok(ends.every(({ type }, index) => type === (index === 0 ? "stop" : "kill")));
    }),
  );
});

interface Judge {
  clock: { now: number };
  decide: (signal: NodeJS.Signals, hasTerminal?: boolean) => SignalOrder | undefined;
}

/** A judge with a clock that the test moves. */
function judge(hadTerminal = false): Judge {
  const clock = { now: 1_000_000 };
  const made = new SignalJudge(hadTerminal, () => clock.now);
  return { clock, decide: (signal, hasTerminal = hadTerminal) => made.decide(signal, hasTerminal) };
}

function watch(t: TestContext): { orders: SignalOrder[]; end: () => void; clock: { now: number } } {
  const orders: SignalOrder[] = [];
  const clock = { now: 1_000_000 };
  const end = watchSignals(
    (order) => orders.push(order),
    () => clock.now,
  );
  t.after(end);
  return { orders, end, clock };
}
