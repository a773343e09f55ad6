// The supervisor under any order of events that real nodes and users can produce, checked after each of them.
import { test } from "node:test";
import fc from "fast-check";
import type { SupervisorOptions } from "#src/master/supervisor-world.js";
import { type Action, FleetModel } from "../../helpers/fleet-model.js";
import type { Habits } from "../../helpers/nosy-world.js";

const options: fc.Arbitrary<Partial<SupervisorOptions>> = fc.record({
  places: fc.integer({ min: 0, max: 4 }),
  restartChildren: fc.boolean(),
  masterServes: fc.boolean(),
  readyTimeout: fc.constantFrom(50, 3_000),
  drainTimeout: fc.constantFrom(50, 3_000),
  surge: fc.integer({ min: 1, max: 3 }),
  startsAtOnce: fc.integer({ min: 1, max: 5 }),
  hangTimeout: fc.constantFrom(0, 2_000),
  maxMemory: fc.constantFrom(0, 1_000_000_000),
  restart: fc.record({
    intensity: fc.constantFrom(0, 3),
    period: fc.constant(60_000),
    beyond: fc.constantFrom("give-up" as const, "back-off" as const),
  }),
  scale: fc.option(fc.constant({ minNodes: 1, maxNodes: 3 }), { nil: undefined, freq: 3 }),
});
const habits: fc.Arbitrary<Habits> = fc.record({
  reloadsAgain: fc.nat(2),
  resizesOnReload: fc.boolean(),
  stopsAtExit: fc.option(fc.nat(12), { nil: undefined, freq: 3 }),
});
const action = fc.oneof(
  { weight: 60, arbitrary: fc.constantFrom<Action>("joined", "ready", "ready", "ready", "beats", "pass") },
  { weight: 20, arbitrary: fc.constantFrom<Action>("exit", "crash", "examined", "draining") },
  { weight: 20, arbitrary: fc.constantFrom<Action>("reload", "resize", "grown") },
  { weight: 10, arbitrary: fc.constantFrom<Action>("failed", "late", "again", "stand-still", "status", "close") },
  { weight: 1, arbitrary: fc.constantFrom<Action>("stop", "kill") },
);
const steps = fc.array(fc.record({ action, pick: fc.nat(), ms: fc.constantFrom(1, 60, 1_100, 6_000) }), {
  minLength: 20,
  maxLength: 100,
  size: "max",
});

test("property: under any order of events the places are kept, all that was asked settles, the end leaves nothing", async () => {
  await fc.assert(
    fc.asyncProperty(options, habits, steps, async (given, user, list) => {
      const model = new FleetModel(given, user);
      await model.check();
      for (const { action: what, pick, ms } of list) {
        model.act(what, pick, ms);
        await model.check();
      }
      await model.quiesce();
      await model.finish();
    }),
    { numRuns: 400 },
  );
});
