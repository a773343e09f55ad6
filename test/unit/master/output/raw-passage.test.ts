// What passes as it is makes nodes wait, too, while nobody reads it.
import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { type TestContext, test } from "node:test";
import { RawPassage } from "#src/master/output/raw-passage.js";
import { within } from "../../../helpers/deadline.js";
import { replaceProperty } from "../../../helpers/environment.js";
import { FakeSource } from "../../../helpers/fake-source.js";

test("sources wait while standard error takes nothing, and go on when it does", async (t) => {
  const stderr = replaceStderr(t);
  const passage = new RawPassage();
  const [early, late, gone] = [new FakeSource(), new FakeSource(), new FakeSource()];
  passage.add("stderr", early);
  passage.add("stderr", gone);
  passage.bytes("stderr", Buffer.from("\x00\xff no line", "latin1"));
  passage.add("stderr", late);
  passage.release("stderr", gone);
  assert.deepEqual([early.state, late.state, gone.state], ["paused", "paused", "runs"]);
  passage.bytes("stderr", Buffer.from(" more"));
  const flushed = passage.flush();
  stderr.read();
  stderr.read();
  await within(flushed, "all is written");
  assert.deepEqual([early.state, late.state], ["runs", "runs"]);
  assert.equal(stderr.text, "\x00\xff no line more");
  await passage.flush();
});

test("nobody waits for a standard error that is gone", async (t) => {
  const stderr = replaceStderr(t);
  const passage = new RawPassage();
  const source = new FakeSource();
  passage.add("stderr", source);
  passage.bytes("stderr", Buffer.from("lost"));
  const flushed = passage.flush();
  stderr.destroy();
  await within(flushed, "the wait is over");
  assert.equal(source.state, "runs");
  await passage.flush();
});

/** Takes one thing at a time, when it is told to. */
class SlowStream extends Writable {
  text = "";
  #done: (() => void)[] = [];

  constructor() {
    super({ highWaterMark: 1 });
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += bytes.toString("latin1");
    this.#done.push(done);
  }

  read(): void {
    setImmediate(() => this.#done.shift()?.());
  }
}

function replaceStderr(t: TestContext): SlowStream {
  const stream = new SlowStream();
  replaceProperty(t, process, "stderr", stream);
  return stream;
}
