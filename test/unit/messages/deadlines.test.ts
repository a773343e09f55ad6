// One timer for all that waits.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Deadlines, Wait } from "#src/messages/deadlines.js";
import { afterThisTurn } from "#src/promises.js";
import { within } from "../../helpers/deadline.js";

class Expected extends Wait {
  readonly expired: Promise<number>;
  override expire!: () => void;

  constructor() {
    super();
    this.expired = new Promise((resolve) => {
      this.expire = (): void => resolve(performance.now());
    });
  }
}

class Never extends Wait {
  override expire(): void {
    assert.fail("it was removed");
  }
}

test("a wait expires when its time is up, and not before", async () => {
  const deadlines = new Deadlines();
  const wait = new Expected();
  const begin = performance.now();
  deadlines.add(wait, 5);
  assert.ok((await within(wait.expired, "it expires")) >= begin + 5);
});

test("waits expire by their lengths, in whatever order they begin", async () => {
  const deadlines = new Deadlines();
  const [first, long, short] = [new Expected(), new Expected(), new Expected()];
  // Far apart: this process may not get a core between two of these lines.
  deadlines.add(first, 100);
  deadlines.add(long, 200);
  deadlines.add(short, 1);
  const times = await within(Promise.all([short.expired, first.expired, long.expired]), "all expire");
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  );
});

test("what is removed does not expire: first, last, in the middle, alone", async () => {
  const deadlines = new Deadlines();
  const gone = [new Never(), new Never(), new Never(), new Never()];
  const waits = [new Expected(), new Expected()];
  for (const wait of [gone[0], waits[0], gone[1], gone[2], waits[1], gone[3]]) deadlines.add(wait as Wait, 2);
  const alone = new Never();
  deadlines.add(alone, 1);
  for (const wait of [...gone, alone]) deadlines.remove(wait);
  await within(Promise.all(waits.map(({ expired }) => expired)), "the others expire");
});

test("what was removed may wait again, and is removed twice without harm", async () => {
  const deadlines = new Deadlines();
  const wait = new Expected();
  deadlines.add(wait, 10_000);
  deadlines.remove(wait);
  deadlines.remove(wait);
  deadlines.add(wait, 1);
  await within(wait.expired, "it expires");
});

test("waits that end together expire in the order in which they began", async () => {
  const deadlines = new Deadlines();
  const order: number[] = [];
  const waits = [0, 1, 2, 3, 4].map((number) => {
    const wait = new Expected();
    void wait.expired.then(() => order.push(number));
    deadlines.add(wait, 3);
    return wait;
  });
  await within(Promise.all(waits.map(({ expired }) => expired)), "all expire");
  assert.deepEqual(order, [0, 1, 2, 3, 4]);
});

test("a wait that begins later and is longer does not make others wait for it", async () => {
  const deadlines = new Deadlines();
  const [short, long] = [new Expected(), new Never()];
  deadlines.add(short, 1);
  deadlines.add(long, 100_000);
  await within(short.expired, "the short one expires");
});

test("what ends a wait is heard first where this process was busy beyond its time", async () => {
  const deadlines = new Deadlines();
  const [late, heard] = [new Expected(), new Never()];
  deadlines.add(heard, 1);
  setImmediate(() => deadlines.remove(heard));
  const end = performance.now() + 5;
  while (performance.now() < end);
  deadlines.add(late, 1);
  await within(late.expired, "the other one expires");
});

test("the longest wait that is taken does not expire at once", async (t) => {
  const warnings: Error[] = [];
  const note = (warning: Error): number => warnings.push(warning);
  process.on("warning", note);
  t.after(() => process.off("warning", note));
  const deadlines = new Deadlines();
  const [long, short] = [new Never(), new Expected()];
  deadlines.add(long, 2 ** 31 - 1);
  deadlines.add(short, 1);
  await within(short.expired, "the short one expires");
  await afterThisTurn();
  assert.deepEqual(warnings, []);
});
