// Signals of the operating system as orders: the first ends all in order, every further one at once.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type SignalOrder, watchSignals } from "#src/master/signals.js";

const SIGNALS = { SIGINT: 130, SIGQUIT: 131, SIGTERM: 143 } as const;
const NAMES = Object.keys(SIGNALS) as (keyof typeof SIGNALS)[];

for (const first of NAMES) {
  for (const second of NAMES) {
    test(`${first}, then ${second}: in order, then at once with the code of the second`, (t) => {
      const { orders } = watch(t);
      process.emit(first, first);
      assert.deepEqual(orders, [{ type: "stop" }]);
      process.emit(second, second);
      process.emit(first, first);
      assert.deepEqual(orders.slice(1), [
        { type: "kill", exitCode: SIGNALS[second] },
        { type: "kill", exitCode: SIGNALS[first] },
      ]);
    });
  }
}

test("other signals are none of its business", (t) => {
  const before = process.listenerCount("SIGHUP") + process.listenerCount("SIGUSR2");
  const { orders } = watch(t);
  assert.equal(process.listenerCount("SIGHUP") + process.listenerCount("SIGUSR2"), before);
  process.emit("SIGHUP", "SIGHUP");
  assert.deepEqual(orders, []);
});

test("nothing of it is left when it ends, and the program's own listeners stay", (t) => {
  const own = (): void => {};
  process.on("SIGTERM", own);
  t.after(() => process.off("SIGTERM", own));
  const before = NAMES.map((name) => process.listeners(name));
  const { orders, end } = watch(t);
  end();
  end();
  assert.deepEqual(
    NAMES.map((name) => process.listeners(name)),
    before,
  );
  process.emit("SIGTERM", "SIGTERM");
  assert.deepEqual(orders, []);
});

function watch(t: TestContext): { orders: SignalOrder[]; end: () => void } {
  const orders: SignalOrder[] = [];
  const end = watchSignals((order) => orders.push(order));
  t.after(end);
  return { orders, end };
}
