// tools/lib/foreground.mjs: what npm start does with signals and with the end of its program.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";

const MODULE = JSON.stringify(new URL("../../../../tools/lib/foreground.mjs", import.meta.url));

test("one key press reaches the program once, though the terminal and npm both send it", async () => {
  const { child, lines } = start(`
    let interrupts = 0;
    process.on("SIGINT", () => { console.log("interrupt " + ++interrupts); });
    process.on("SIGTERM", () => { console.log("in all " + interrupts); process.exit(7); });
    setInterval(() => {}, 1000);
    console.log("ready");
  `);
  assert.equal(await next(lines), "ready");
  child.kill("SIGINT");
  child.kill("SIGINT");
  assert.equal(await next(lines), "interrupt 1");
  child.kill("SIGTERM");
  assert.equal(await next(lines), "in all 1");
  assert.deepEqual(await once(child, "exit"), [7, null]);
});

test("a program that a signal ends has its runner end by the same signal", async () => {
  const { child } = start(`process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1000);`);
  assert.deepEqual(await once(child, "exit"), [null, "SIGTERM"]);
});

test("a time-out and a sweep leave nothing of the group behind", async () => {
  const helper = `require("node:child_process").spawn(process.execPath, ["-e", "console.log('up'); setInterval(() => {}, 1000)"], { stdio: "inherit" })`;
  const { child, lines } = start(
    `${helper}; process.on("SIGTERM", () => {}); setInterval(() => {}, 1000);`,
    `{ timeout: 3000, sweep: true, onTimeout: () => console.log("late") }`,
  );
  assert.equal(await next(lines), "up");
  assert.equal(await next(lines), "late");
  assert.deepEqual(await once(child, "exit"), [null, "SIGKILL"]);
  const { done } = await lines.next();
  assert.ok(done, "the helper, which holds the same stdout, is gone too");
});

/** Runs `program` through runInForeground in a process of its own. */
function start(program: string, options = "{}"): { child: ReturnType<typeof spawn>; lines: AsyncIterator<string> } {
  const script = `
    import { endLike, runInForeground } from ${MODULE};
    endLike(await runInForeground(process.execPath, ["-e", ${JSON.stringify(program)}], ${options}));
  `;
  const args = ["--input-type=module", "-e", script];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
}

async function next(lines: AsyncIterator<string>): Promise<string> {
  const { value, done } = await lines.next();
  assert.ok(!done, "the program ended without another line");
  return value;
}
