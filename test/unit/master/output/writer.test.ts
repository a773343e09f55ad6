// What somebody reads late, or never, holds nobody up.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, constants, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { stat } from "node:fs/promises";
import { Socket } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Lane } from "#src/master/output/lane.js";
import { isSame, type Writer, writerTo } from "#src/master/output/writer.js";
import { within } from "../../../helpers/deadline.js";
import { replaceProperty, temporaryFolder } from "../../../helpers/environment.js";

const MEBIBYTE = 1_048_576;

test("while nobody reads a pipe this process goes on, sources wait, and later all arrives in order", async (t) => {
  const { reading, writing } = pipe(t);
  const lane = new Lane(open(t, writing), String);
  const pump = new Pump(lane);
  lane.add(pump);
  pump.resume();
  await new Promise(setImmediate);
  assert.equal(pump.state, "paused");
  assert.ok(pump.number < 50_000, String(pump.number));
  const expected = Array.from({ length: 100_000 }, (_, index) => `line ${index}\n`).join("");
  assert.equal(await readText(t, reading, expected.length), expected);
  await within(lane.idle(), "nothing waits");
});

test("a pipe that others have too stays as it is for them", async (t) => {
  const { reading, writing } = pipe(t);
  const writer = open(t, writing);
  await written(writer, "hello");
  const flags = readFileSync(`/proc/self/fdinfo/${writing}`, "utf8");
  assert.equal(Number.parseInt(/flags:\s*(\d+)/.exec(flags)?.[1] ?? "", 8) & constants.O_NONBLOCK, 0);
  const bytes = Buffer.alloc(10);
  assert.equal(bytes.toString("utf8", 0, readSync(reading, bytes)), "hello");
});

test("once it is closed, nothing goes to a terminal that took nothing, nor to what has got its descriptor", async (t) => {
  const terminal = openSync("/dev/ptmx", constants.O_RDWR | constants.O_NOCTTY);
  t.after(() => closeSync(terminal));
  const again: (() => void)[] = [];
  const later = (action: (...args: unknown[]) => void, _ms: number, ...args: unknown[]): void => {
    again.push(() => action(...args));
  };
  const writer = writerTo(terminal);
  replaceProperty(t, globalThis, "setTimeout", later);
  writer.write(Buffer.alloc(MEBIBYTE, "x"), () => {});
  while (again.length === 0) await new Promise(setImmediate);
  writer.close();
  const path = join(temporaryFolder(t), "other");
  // One of these has the descriptor.
  const others = [0, 1, 2, 3].map((index) => openSync(`${path}${index}`, "w"));
  t.after(() => others.forEach(closeSync));
  for (const action of again) action();
  await stat(path + 0);
  assert.deepEqual(
    others.map((other) => fstatSync(other).size),
    [0, 0, 0, 0],
  );
});

test("a pipe whose reader has gone says so", async (t) => {
  const { reading, writing, close } = pipe(t);
  const writer = open(t, writing);
  close(reading);
  await assert.rejects(written(writer, "hello"), { code: "EPIPE" });
  await assert.rejects(written(writer, "hello"));
});

test("a file gets all, in order, behind what it has", async (t) => {
  const path = join(temporaryFolder(t), "log");
  const fd = openSync(path, "a");
  t.after(() => closeSync(fd));
  const writer = open(t, fd);
  for (const text of ["one\n", "x".repeat(MEBIBYTE), "\ntwo\n"]) await written(writer, text);
  assert.equal(readFileSync(path, "utf8"), `one\n${"x".repeat(MEBIBYTE)}\ntwo\n`);
});

test("a descriptor that is closed says so", async (t) => {
  const { writing, close } = pipe(t);
  const unwritable = openSync("/dev/null", "r");
  t.after(() => closeSync(unwritable));
  const writer = open(t, unwritable);
  await assert.rejects(written(writer, "not for writing"), { code: "EBADF" });
  close(writing);
  await assert.rejects(written(writerTo(writing), "closed"), { code: "EBADF" });
});

test("two descriptors of one file are known as such", (t) => {
  const { reading, writing } = pipe(t);
  const other = pipe(t);
  assert.equal(isSame(reading, writing), true);
  assert.equal(isSame(writing, other.writing), false);
  assert.equal(isSame(writing, 1_000_000), false);
});

/** Writes numbered lines until it is to wait, or done. */
class Pump {
  state: "runs" | "paused" = "paused";
  number = 0;
  readonly #lane: Lane;

  constructor(lane: Lane) {
    this.#lane = lane;
  }

  pause(): never {
    this.state = "paused";
    return this as never;
  }

  resume(): never {
    this.state = "runs";
    setImmediate(() => {
      while (this.state === "runs" && this.number < 100_000) {
        this.#lane.write(Buffer.from(`line ${this.number}\n`));
        this.number += 1;
      }
    });
    return this as never;
  }
}

interface Pipe {
  reading: number;
  writing: number;
  close: (fd: number) => void;
}

/** As a shell makes one: neither end gives up when it would have to wait. */
function pipe(t: TestContext): Pipe {
  const path = join(temporaryFolder(t), "pipe");
  execFileSync("mkfifo", [path]);
  const early = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writing = openSync(path, "w");
  const reading = openSync(path, "r");
  closeSync(early);
  const open = new Set([reading, writing]);
  const close = (fd: number): void => {
    if (open.delete(fd)) closeSync(fd);
  };
  t.after(() => {
    for (const fd of open) close(fd);
  });
  return { reading, writing, close };
}

function open(t: TestContext, fd: number): Writer {
  const writer = writerTo(fd);
  t.after(() => writer.close());
  return writer;
}

function written(writer: Writer, text: string): Promise<void> {
  const done = new Promise<void>((resolve, reject) => {
    writer.write(Buffer.from(text), (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
  return within(done, "it is written");
}

function readText(t: TestContext, fd: number, length: number): Promise<string> {
  const own = openSync(`/proc/self/fd/${fd}`, constants.O_RDONLY | constants.O_NONBLOCK);
  const socket = new Socket({ fd: own, readable: true, writable: false });
  t.after(() => socket.destroy());
  let text = "";
  const read = new Promise<string>((resolve) => {
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (text.length >= length) resolve(text);
    });
  });
  return within(read, () => `${text.length} of ${length} are read`);
}
