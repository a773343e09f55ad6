// The inspector's lines are found and taken out of standard error, however it is cut; all else passes untouched.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { InspectorLines } from "#src/master/inspector-lines.js";

const URL = "ws://127.0.0.1:35151/77be1de4-4fae-4c1c-adf5-0f62927cff65";
const OWN = [
  `Debugger listening on ${URL}\n`,
  "For help, see: https://nodejs.org/en/docs/inspector\n",
  "For help, see: https://nodejs.org/learn/getting-started/debugging\n",
  "Debugger attached.\n",
  "Waiting for the debugger to disconnect...\n",
  `Debugger ending on ${URL}\n`,
];

/** Bytes of a program that are neither a line of the inspector nor could be taken for the start of one. */
const theirs = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));

test("what a program writes comes out byte by byte, the inspector's lines do not", () => {
  const pieces = fc.array(fc.oneof(theirs, fc.constantFrom(...OWN)), { maxLength: 12 });
  const cuts = fc.array(fc.nat({ max: 400 }), { maxLength: 12 });
  fc.assert(
    fc.property(pieces, cuts, (pieces, cuts) => {
      const written = Buffer.concat(pieces.map((piece) => Buffer.from(piece)));
      const expected = Buffer.concat(pieces.filter((piece) => typeof piece !== "string"));
      assert.deepEqual(passThrough(new InspectorLines(), written, cuts), expected);
    }),
  );
});

test("the address is found, also when it comes in pieces", async () => {
  const lines = new InspectorLines();
  passThrough(lines, Buffer.from(`some words${OWN.join("")}`), [3, 14, 35, 60, 61]);
  assert.equal(await lines.url, URL);
});

test("whole lines come out at once, a part of one when its end does or nothing more comes", () => {
  const lines = new InspectorLines();
  assert.equal(String(lines.push(Buffer.from("one\ntwo"))), "one\n");
  assert.equal(String(lines.push(Buffer.from(" and a half\n\nthr"))), "two and a half\n\n");
  assert.equal(String(lines.end()), "thr");
  assert.equal(String(lines.end()), "");
});

test("a line without end is not held for ever", () => {
  const lines = new InspectorLines();
  let passed = 0;
  for (let chunk = 0; chunk < 100; chunk++) passed += lines.push(Buffer.alloc(1_000, "x")).length;
  assert.ok(passed >= 30_000, String(passed));
  assert.equal(passed + lines.end().length, 100_000);
});

test("an inspector that cannot open says why", async () => {
  const lines = new InspectorLines();
  const line = "Starting inspector on 127.0.0.1:0 failed: operation not permitted";
  assert.equal(String(lines.push(Buffer.from(`${line}\nnext\n`))), "next\n");
  await assert.rejects(lines.url, { message: `its inspector does not open: ${line}` });
});

test("a process that ends before its inspector opens has no address", async () => {
  const lines = new InspectorLines();
  lines.end();
  await assert.rejects(lines.url, /ended before/);
});

function passThrough(lines: InspectorLines, bytes: Buffer, cuts: readonly number[]): Buffer {
  const ends = [...cuts.filter((cut) => cut < bytes.length), bytes.length].toSorted((a, b) => a - b);
  const chunks = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
  return Buffer.concat([...chunks.map((chunk) => lines.push(chunk)), lines.end()]);
}
