// When a master is killed, its reaper ends the nodes that cannot end themselves, and then itself.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { eventually } from "../helpers/deadline.js";
import { childrenOf } from "../helpers/processes.js";
import { Program } from "../helpers/program.js";

test("what hangs and what is stopped does not outlive a killed master; what is not watched does", async (t) => {
  const { program, loops, stopped, spared, reaper } = await startMaster(t, "1");
  program.kill("SIGKILL");
  await eventually(() => !lives(reaper), "the reaper ends");
  await eventually(() => !lives(loops) && !lives(stopped), "the children end");
  assert.ok(lives(spared));
});

test("what ends in time is not waited for", async (t) => {
  const { program, loops, stopped, reaper } = await startMaster(t, "1000");
  program.kill("SIGKILL");
  process.kill(loops, "SIGKILL");
  process.kill(stopped, "SIGKILL");
  await eventually(() => !lives(reaper), "the reaper ends");
});

test("signals to the whole group do not end the reaper", async (t) => {
  const { program, loops, stopped, reaper } = await startMaster(t, "1");
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGTSTP"] as const)
    process.kill(reaper, signal);
  program.kill("SIGKILL");
  await eventually(() => !lives(loops) && !lives(stopped) && !lives(reaper), "the children and the reaper end");
});

test("the reaper holds no descriptor of the master but its own input", async (t) => {
  const { reaper } = await startMaster(t, "1");
  // What the test was itself started with goes from process to process.
  const inherited = descriptorsOf("self");
  const held = descriptorsOf(reaper).filter((target) => target === "/dev/null" || !inherited.includes(target));
  assert.match(held[0] ?? "", /^(socket|pipe):/);
  assert.deepEqual(held.slice(1), ["/dev/null", "/dev/null"], held.join(" "));
});

for (const ending of ["end", "idle"]) {
  test(`a master that comes to its end leaves no reaper, and ends in spite of it (${ending})`, async (t) => {
    const program = Program.start(t, "starts-reaper.js", { args: ["1000", ending] });
    assert.deepEqual(await program.ended(), { code: 0, signal: null }, program.stderr);
    await program.leavesNothing();
  });
}

test("a reaper that was ended is no harm to its master", async (t) => {
  const { program, reaper } = await startMaster(t, "1000");
  process.kill(reaper, "SIGKILL");
  await eventually(() => /there is no reaper: it ended with SIGKILL/.test(program.stderr), "the loss is noted");
  program.kill("SIGUSR2");
  assert.equal((await program.ended()).signal, "SIGUSR2", "it ran on until then");
});

interface Master {
  program: Program;
  loops: number;
  stopped: number;
  spared: number;
  reaper: number;
}

async function startMaster(t: TestContext, ...args: string[]): Promise<Master> {
  const program = Program.start(t, "starts-reaper.js", { args, env: { NODE_DEBUG: "multi-node" } });
  const { loops, stopped, spared } = (await program.first("started")) as unknown as Omit<Master, "program" | "reaper">;
  const isReaper = ({ pid }: { pid: number }): boolean => commandOf(pid).startsWith("/bin/sh\0");
  await eventually(() => childrenOf(program.pid).some(isReaper), "the reaper runs");
  const reaper = childrenOf(program.pid).find(isReaper);
  assert.ok(reaper);
  return { program, loops, stopped, spared, reaper: reaper.pid };
}

function descriptorsOf(pid: number | string): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      return [];
    }
  });
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

/** A process that has ended counts no more, also before its parent has seen it. */
function lives(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
