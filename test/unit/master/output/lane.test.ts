// What waits to be written has a limit: sources wait first, then what comes is left out, and nobody waits for the dead.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Lane } from "#src/master/output/lane.js";
import type { Writer } from "#src/master/output/writer.js";
import { FakeSource } from "../../../helpers/fake-source.js";

const HIGH = 262_144;
const LIMIT = 8_388_608;

test("one write at a time, with all that has come meanwhile", async () => {
  const { writer, lane } = make();
  for (const text of ["one ", "two ", "three "]) lane.write(Buffer.from(text));
  assert.deepEqual(writer.texts, ["one "]);
  const idle = lane.idle();
  writer.done();
  assert.deepEqual(writer.texts, ["one ", "two three "]);
  writer.done();
  await idle;
  await lane.idle();
  lane.write(Buffer.from("four"));
  assert.equal(writer.texts.at(-1), "four");
});

test("sources wait from the high mark to the low one", () => {
  const { writer, lane } = make();
  const source = new FakeSource();
  lane.add(source);
  lane.write(Buffer.alloc(HIGH));
  assert.equal(source.state, "runs");
  lane.write(Buffer.alloc(1));
  assert.equal(source.state, "paused");
  const late = new FakeSource();
  lane.add(late);
  assert.equal(late.state, "paused");
  writer.done();
  assert.deepEqual([source.state, late.state], ["runs", "runs"]);
});

test("a source that is released goes on, and does not wait again", () => {
  const { lane } = make();
  const source = new FakeSource();
  lane.add(source);
  lane.write(Buffer.alloc(HIGH + 1));
  lane.release(source);
  assert.equal(source.state, "runs");
  lane.write(Buffer.alloc(HIGH));
  assert.equal(source.state, "runs");
});

test("beyond the limit what comes is left out, and its place says so", () => {
  const { writer, lane } = make();
  lane.write(Buffer.alloc(LIMIT - 10, "x"));
  lane.write(Buffer.from("0123456789"));
  lane.write(Buffer.from("lost"));
  lane.write(Buffer.from("lost too"));
  writer.done();
  assert.equal(writer.texts.at(-1), "0123456789(12 left out)");
  lane.write(Buffer.from("again"));
  writer.done();
  assert.equal(writer.texts.at(-1), "again");
});

test("when nobody reads any more all goes on, and what is written is lost", async () => {
  const { writer, lane } = make();
  const source = new FakeSource();
  lane.add(source);
  lane.write(Buffer.alloc(HIGH));
  lane.write(Buffer.from("queued"));
  const idle = lane.idle();
  writer.done("EPIPE");
  await idle;
  assert.equal(source.state, "runs");
  lane.write(Buffer.alloc(LIMIT + 1));
  assert.equal(writer.texts.length, 1);
  assert.equal(source.state, "runs");
});

test("a full disk loses what was to be written there, and no more", () => {
  const { writer, lane } = make();
  lane.write(Buffer.from("lost"));
  lane.write(Buffer.from("next"));
  writer.done("ENOSPC");
  assert.equal(writer.texts.at(-1), "next");
});

test("its end forgets what waits", async () => {
  const { writer, lane } = make();
  lane.write(Buffer.from("first"));
  lane.write(Buffer.from("second"));
  const idle = lane.idle();
  lane.close();
  await idle;
  writer.done("ECANCELED");
  assert.deepEqual([writer.texts, writer.state], [["first"], "closed"]);
});

class FakeWriter implements Writer {
  readonly texts: string[] = [];
  state: "open" | "closed" = "open";
  #done: ((error?: Error | null) => void) | undefined;

  write(bytes: Buffer, done: (error?: Error | null) => void): void {
    assert.equal(this.#done, undefined, "one at a time");
    this.texts.push(bytes.toString());
    this.#done = done;
  }

  done(code?: string): void {
    const done = this.#done;
    this.#done = undefined;
    done?.(code === undefined ? null : Object.assign(new Error(code), { code }));
  }

  close(): void {
    this.state = "closed";
  }
}

function make(): { writer: FakeWriter; lane: Lane } {
  const writer = new FakeWriter();
  return { writer, lane: new Lane(writer, (bytes) => `(${bytes} left out)`) };
}
