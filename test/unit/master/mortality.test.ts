// What follows from a death: the place is filled again, soon or later, or left, or the service gives up.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Consequence, Mortality, type MortalityOptions, type Survivors } from "#src/master/mortality.js";
import { exitWith } from "../../helpers/fleet-of.js";

const OPTIONS: MortalityOptions = {
  restartChildren: true,
  restart: { intensity: 0, period: 60_000, beyond: "back-off" },
  masterServes: false,
  firstStart: "unwatched",
  program: "/srv/a.js",
};
const OTHERS: Survivors = { serving: 1, all: 1, firstStarts: 0, place: { diedYoung: 0 } };
const NOBODY: Survivors = { ...OTHERS, serving: 0, all: 0 };

test("the place is filled again, as soon as its history allows", () => {
  const mortality = new Mortality(OPTIONS);
  assert.deepEqual(die(mortality), { type: "refill", delay: 0 });
  assert.deepEqual(die(mortality, { ...OTHERS, place: { diedYoung: 3 } }), { type: "refill", delay: 200 });
});

test("without restartChildren the place stays empty while anybody is left", () => {
  const mortality = new Mortality({ ...OPTIONS, restartChildren: false });
  assert.deepEqual(die(mortality), { type: "leave-empty" });
  assert.equal(errorOf(die(mortality, NOBODY)), "MN_ERR_LAST_NODE");
  const withMaster = new Mortality({ ...OPTIONS, restartChildren: false, masterServes: true });
  assert.deepEqual(die(withMaster, NOBODY), { type: "leave-empty" });
});

test("an orderly end of the last node is the end too, where none follows", () => {
  const mortality = new Mortality({ ...OPTIONS, restartChildren: false });
  assert.equal(errorOf(die(mortality, NOBODY, 0, "drained")), "MN_ERR_LAST_NODE");
});

test("five starts that failed, with nobody who serves or may yet come to, are the end", () => {
  const mortality = new Mortality(OPTIONS);
  for (let start = 0; start < 5; start++) mortality.onStartFailed(exitWith());
  assert.equal(errorOf(die(mortality, NOBODY)), "MN_ERR_START_FAILED");
  assert.equal(die(mortality, OTHERS).type, "refill", "one serves");
  assert.equal(die(mortality, { ...NOBODY, firstStarts: 1 }).type, "refill", "one may come to");
});

test("four are not, nor five with one in between that served, nor any number while the master serves", () => {
  const mortality = new Mortality(OPTIONS);
  for (let start = 0; start < 4; start++) mortality.onStartFailed(exitWith());
  assert.equal(die(mortality, NOBODY).type, "refill");
  mortality.onReady();
  for (let start = 0; start < 4; start++) mortality.onStartFailed(exitWith());
  assert.equal(die(mortality, NOBODY).type, "refill");
  const withMaster = new Mortality({ ...OPTIONS, masterServes: true });
  for (let start = 0; start < 20; start++) withMaster.onStartFailed(exitWith());
  assert.equal(die(withMaster, NOBODY).type, "refill");
});

test("the surrender tells of the last start that failed, whoever ended last", () => {
  const mortality = new Mortality(OPTIONS);
  for (let start = 0; start < 5; start++) mortality.onStartFailed(exitWith({ code: 9 }));
  const consequence = die(mortality, NOBODY);
  assert.ok(consequence.type === "give-up");
  assert.match(consequence.error.message, /the last one ended with code 9 before it served$/);
});

test("beyond the intensity: give up", () => {
  const restart = { intensity: 2, period: 1_000, beyond: "give-up" as const };
  const mortality = new Mortality({ ...OPTIONS, restart });
  assert.deepEqual([die(mortality, OTHERS, 0).type, die(mortality, OTHERS, 500).type], ["refill", "refill"]);
  const consequence = die(mortality, OTHERS, 999);
  assert.ok(consequence.type === "give-up");
  assert.equal(consequence.error.code, "MN_ERR_RESTART_INTENSITY");
  assert.match(consequence.error.message, /^nodes of \/srv\/a\.js died 3 times within 1 s, /);
});

test("beyond the intensity: or back off, each start later, until the deaths are longer ago", () => {
  const restart = { intensity: 2, period: 1_000, beyond: "back-off" as const };
  const mortality = new Mortality({ ...OPTIONS, restart });
  const delays = [0, 500, 999, 1_400, 5_000].map((now) => die(mortality, OTHERS, now));
  assert.deepEqual(
    delays.map((consequence) => consequence.type === "refill" && consequence.delay),
    [0, 0, 5_000, 5_000, 0],
  );
});

test("orderly ends are no deaths", () => {
  const restart = { intensity: 1, period: 60_000, beyond: "give-up" as const };
  const mortality = new Mortality({ ...OPTIONS, restart });
  for (let end = 0; end < 10; end++) assert.equal(die(mortality, OTHERS, 0, "drained").type, "refill");
  assert.equal(die(mortality, OTHERS, 0).type, "refill");
  assert.equal(errorOf(die(mortality, OTHERS, 0, "hung")), "MN_ERR_RESTART_INTENSITY");
});

test("where somebody watches the first start, one that failed is enough, once no other first one may succeed", () => {
  const mortality = new Mortality({ ...OPTIONS, firstStart: "watched" });
  mortality.onStartFailed(exitWith());
  const waits = die(mortality, { ...NOBODY, firstStarts: 1 });
  assert.ok(waits.type === "refill" && waits.delay > 1_000, "none is tried while others may succeed");
  const error = die(mortality, NOBODY);
  assert.ok(error.type === "give-up");
  assert.match(error.error.message, /^no node of \/srv\/a\.js serves: it ended with code 1/);
});

test("once a node has served, the program is not broken, and it is tried as ever", () => {
  const mortality = new Mortality({ ...OPTIONS, firstStart: "watched" });
  mortality.onStartFailed(exitWith());
  mortality.onReady();
  mortality.onStartFailed(exitWith());
  assert.deepEqual(die(mortality, NOBODY), { type: "refill", delay: 0 });
  for (let start = 0; start < 4; start++) mortality.onStartFailed(exitWith());
  assert.equal(errorOf(die(mortality, NOBODY)), "MN_ERR_START_FAILED");
});

function die(
  mortality: Mortality,
  survivors: Survivors = OTHERS,
  now = 0,
  reason: "died" | "drained" | "hung" = "died",
): Consequence {
  return mortality.consequence(exitWith({ reason }), survivors, now, 0);
}

function errorOf(consequence: Consequence): string | undefined {
  return consequence.type === "give-up" ? consequence.error.code : undefined;
}
