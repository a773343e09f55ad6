// A process' stream to itself.
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Loopback } from "#src/messages/loopback.js";
import { afterThisTurn } from "#src/promises.js";
import { within } from "../../helpers/deadline.js";

test("what is written comes back in order, in a later turn", async () => {
  const stream = new Loopback();
  const got: string[] = [];
  stream.on("data", (chunk: Buffer) => got.push(chunk.toString()));
  stream.write("one ");
  stream.write("two ");
  process.nextTick(() => assert.deepEqual(got, []));
  stream.end("three");
  await within(once(stream, "end"), "the end comes back");
  assert.equal(got.join(""), "one two three");
});

test("while nobody reads, what is written waits", async () => {
  const stream = new Loopback();
  let written = 0;
  const chunk = Buffer.alloc(64 * 1024);
  for (let i = 0; i < 10; i++) stream.write(chunk, () => written++);
  await within(once(stream, "readable"), "something comes back");
  assert.ok(written < 10);
  let read = 0;
  stream.on("data", ({ length }: Buffer) => {
    read += length;
    if (read === 10 * chunk.length) stream.end();
  });
  await within(once(stream, "end"), "all comes back");
  assert.equal(written, 10);
});

test("one that is destroyed within a write is silent", async () => {
  const stream = new Loopback();
  const got: string[] = [];
  stream.on("data", (chunk: Buffer) => got.push(chunk.toString()));
  stream.write("kept");
  await within(once(stream, "data"), "it comes back");
  stream.write("lost");
  stream.destroy();
  await within(once(stream, "close"), "it closes");
  await afterThisTurn();
  assert.deepEqual(got, ["kept"]);
});
