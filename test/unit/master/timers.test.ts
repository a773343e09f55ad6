// Timers by what they wait for: each at most once, and all can be taken back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Timers } from "#src/master/timers.js";

test("a timer tells its message after so long", () => {
  const { timers, running } = make();
  timers.set("a", 500, "late");
  assert.deepEqual(running, [[500, "late"]]);
});

test("a second timer for the same takes the place of the first", () => {
  const { timers, running } = make();
  timers.set("a", 500, "first");
  timers.set("b", 100, "other");
  timers.set("a", 700, "second");
  assert.deepEqual(running, [
    [100, "other"],
    [700, "second"],
  ]);
});

test("a timer that is cleared tells nothing, and one that there is not is no error", () => {
  const { timers, running } = make();
  timers.set("a", 500, "late");
  timers.clear("a");
  timers.clear("a");
  timers.clear("b");
  assert.deepEqual(running, []);
});

test("all are taken back together, and new ones can be set", () => {
  const { timers, running } = make();
  timers.set("a", 1, "a");
  timers.set("b", 2, "b");
  timers.clearAll();
  timers.clearAll();
  assert.deepEqual(running, []);
  timers.set("a", 3, "again");
  assert.deepEqual(running, [[3, "again"]]);
});

/** Timers that never tell anything: those that run are in the list. */
function make(): { timers: Timers<string>; running: [number, string][] } {
  const running: [number, string][] = [];
  const timers = new Timers<string>((ms, message) => {
    const entry: [number, string] = [ms, message];
    running.push(entry);
    return () => {
      const at = running.indexOf(entry);
      if (at >= 0) running.splice(at, 1);
    };
  });
  return { timers, running };
}
