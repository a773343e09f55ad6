// Processes that hang in every way there is say where, or why they cannot; and none keeps an inspector open.
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type HungStack, stackOf } from "#src/master/hung-stack.js";
import { InspectorLines } from "#src/master/inspector-lines.js";
import { eventually, within } from "../helpers/deadline.js";
import { childrenOf } from "../helpers/processes.js";

const FIXTURE = fileURLToPath(new URL("../fixtures/hangs-as-asked.js", import.meta.url));
const HERE = String.raw`\(file:.*hangs-as-asked\.js:\d+:\d+\)`;
/** Milliseconds for a stack that exists; and for finding out that there is none. */
const AMPLE = 25_000;
const SHORT = 1_500;

for (const [way, frames] of [
  ["loop", `^    at spin ${HERE}\n    at .*loop.* ${HERE}\n`],
  ["regex", `^    at RegExp.test \\(<anonymous>\\)\n    at .*regex.* ${HERE}\n`],
  ["recursion", `^    at spin ${HERE}\n(    at dive ${HERE}\n){18}    at dive ${HERE}$`],
  ["microtasks", String.raw`    at (Object\.)?microtasks \(file:.*hangs-as-asked\.js:\d+`],
  // V8 may have inlined the program's function into Node's own loop over ticks; then that is what is seen.
  ["ticks", String.raw`    at (.*ticks.* \(file:.*hangs-as-asked\.js:\d+|process.processTicksAndRejections )`],
  ["atomics", `^    at Atomics.wait \\(<anonymous>\\)\n    at .*atomics.* ${HERE}\n`],
  ["context", `^    at inner \\(inner.js:1:\\d+\\)\n    at inner.js:1:\\d+\n`],
  ["broken-traces", `^    at spin ${HERE}\n    at .*brokenTraces.* ${HERE}\n`],
] as const) {
  test(`a process that hangs in ${way} says where`, async (t) => {
    const hung = await Hanging.start(t, [way]);
    const found = await hung.stack(AMPLE);
    assert.equal(found.type, "stack", JSON.stringify(found));
    assert.match(found.stack, new RegExp(frames));
    assert.ok(found.stack.split("\n").length <= 20, found.stack);
    assert.equal(hung.stderr, "");
    await hung.isShut();
  });
}

for (const [way, reason] of [
  ["native", /^it runs native code that cannot be interrupted, or its inspector is disabled$/],
  ["own-handler", /^it runs native code that cannot be interrupted, or its inspector is disabled$/],
  ["child", /^it waits in a system call \(synchronous I\/O, a child process\), or its inspector is disabled$/],
  ["idle", /^its event loop turns again$/],
] as const) {
  test(`there is no stack of a process of the kind: ${way}`, async (t) => {
    const hung = await Hanging.start(t, [way]);
    if (way === "child") await eventually(() => childrenOf(hung.pid).length > 0, "it waits for its child");
    if (way === "native") await hung.works();
    const found = await within(hung.stack(way === "idle" ? AMPLE : SHORT), "an answer in time");
    assert.equal(found.type, "none");
    assert.match(found.reason, reason);
  });
}

test("there is no stack of a process that is stopped, and its inspector does not open when it goes on", async (t) => {
  const hung = await Hanging.start(t, ["not"]);
  hung.child.kill("SIGSTOP");
  await eventually(() => / T /.test(readFileSync(`/proc/${hung.pid}/stat`, "utf8")), "it stops");
  assert.deepEqual(await hung.stack(AMPLE), { type: "none", reason: "it is stopped by a signal" });
  const before = hung.told("beat");
  hung.child.kill("SIGCONT");
  await hung.tells("beat", before + 10);
  assert.equal(hung.address, undefined);
});

test("a read that never ends is interrupted by the question: the process itself says where it was", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "mn-test-"));
  t.after(() => rmSync(folder, { recursive: true }));
  execFileSync("/usr/bin/mkfifo", [join(folder, "fifo")]);
  const hung = await Hanging.start(t, ["fifo", join(folder, "fifo")]);
  await eventually(() => / S /.test(readFileSync(`/proc/${hung.pid}/stat`, "utf8")), "it reads");
  await hung.stack(AMPLE);
  await eventually(() => hung.child.exitCode === 1, "it ends");
  assert.match(hung.stderr, /Error: EINTR: interrupted system call, read[^]* at .*fifo/);
});

test("there is no stack of a process that has ended", async (t) => {
  const hung = await Hanging.start(t, ["loop"]);
  hung.child.kill("SIGKILL");
  const found = await hung.stack(AMPLE);
  assert.match(found.type === "none" ? found.reason : "", /^it (has ended|ended before its inspector opened)$/);
});

test("a process that hangs no longer goes on, with its inspector shut, and can be asked again", async (t) => {
  const hung = await Hanging.start(t, ["not"]);
  for (let round = 1; round <= 3; round++) {
    hung.expectAddress();
    const found = await hung.stack(AMPLE);
    if (found.type === "stack") assert.match(found.stack, /hangs-as-asked\.js/);
    await hung.isShut();
    await hung.tells("beat", hung.told("beat") + 20);
  }
  assert.equal(hung.stderr, "");
});

test("what a process writes to standard error meanwhile arrives, all of it, without the inspector's lines", async (t) => {
  const hung = await Hanging.start(t, ["chatters"]);
  await hung.stack(AMPLE);
  hung.child.kill("SIGKILL");
  await within(new Promise((resolve) => hung.child.on("close", resolve)), "its standard error closes");
  assert.match(hung.stderr, /^a line\n(and a part,a line\n)*and a part,$/);
});

test("where Node forbids the inspector there is a reason", async (t) => {
  const flags = ["--disable-sigusr1"].filter((flag) => process.allowedNodeEnvironmentFlags.has(flag));
  if (flags.length === 0) return t.skip("this Node knows no such flag");
  const hung = await Hanging.start(t, ["loop"], flags);
  const found = await hung.stack(SHORT);
  assert.match(found.type === "none" ? found.reason : "", /its inspector is disabled$/);
});

class Hanging {
  readonly child: ChildProcess;
  address: string | undefined;
  stderr = "";
  #lines = new InspectorLines();
  readonly #told: string[] = [];

  static async start(t: TestContext, args: readonly string[], flags: readonly string[] = []): Promise<Hanging> {
    const hanging = new Hanging(args, flags);
    t.after(() => hanging.child.kill("SIGKILL"));
    await hanging.tells("hangs", 1);
    return hanging;
  }

  private constructor(args: readonly string[], flags: readonly string[]) {
    this.child = spawn(process.execPath, ["--inspect-port=127.0.0.1:0", ...flags, FIXTURE, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NODE_V8_COVERAGE: undefined },
    });
    const { stdout, stderr } = this.child;
    assert.ok(stdout && stderr);
    createInterface({ input: stdout }).on("line", (line) => this.#told.push(JSON.parse(line).event));
    stderr.on("data", (chunk: Buffer) => {
      this.stderr += this.#lines.push(chunk).toString();
    });
    stderr.on("close", () => {
      this.stderr += this.#lines.end().toString();
    });
    this.expectAddress();
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  expectAddress(): void {
    this.#lines = new InspectorLines();
    this.address = undefined;
    void this.#note(this.#lines.url);
  }

  async #note(url: Promise<string>): Promise<void> {
    this.address = await url.catch(() => undefined);
  }

  stack(timeout: number): Promise<HungStack> {
    return stackOf({ pid: this.pid, url: this.#lines.url, timeout });
  }

  told(event: string): number {
    return this.#told.filter((each) => each === event).length;
  }

  tells(event: string, times: number): Promise<void> {
    return eventually(
      () => this.told(event) >= times,
      () => `${event} is told ${times} times\nstderr: ${this.stderr}`,
    );
  }

  /** Resolves when it has worked for a while. */
  works(): Promise<void> {
    // Field 14 of proc(5)'s stat: user time in hundredths of a second.
    const time = (): number =>
      Number(
        readFileSync(`/proc/${this.pid}/stat`, "utf8")
          .replace(/^.*\) /, "")
          .split(" ")[11],
      );
    const start = time();
    return eventually(() => time() > start + 10, "it works");
  }

  /** Resolves when nobody listens any more where its inspector did. */
  isShut(): Promise<void> {
    const { port } = new URL(this.address ?? "");
    return eventually(() => refuses(Number(port)), `port ${port} is free`);
  }
}

function refuses(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => resolve(!socket.destroy()));
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED"));
  });
}
