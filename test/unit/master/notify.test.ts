// What systemd is told.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assignments } from "#src/master/notify.js";

test("ready names the process that is the main one from now on", () => {
  assert.deepEqual(assignments("ready", 5n), ["READY=1", `MAINPID=${process.pid}`]);
});

test("a reload tells its time in microseconds, which Type=notify-reload needs", () => {
  assert.deepEqual(assignments("reloading", 1_234_567_890n), ["RELOADING=1", "MONOTONIC_USEC=1234567"]);
});

test("the end is told", () => assert.deepEqual(assignments("stopping", 5n), ["STOPPING=1"]));
