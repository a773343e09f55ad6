// A file system without room for what a service makes: the next one is used, and the service can be steered as ever.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { command } from "../helpers/command.js";
import { Program } from "../helpers/program.js";

for (const [what, options] of [
  ["without a free block", "size=16k"],
  ["without inodes for all of it", "size=1m,nr_inodes=5"],
] as const) {
  test(`a service whose runtime folder is ${what} is made in the next one, and is found`, async (t) => {
    const runtime = mounted(t, options);
    if (runtime === undefined) return t.skip("only root can mount a file system, and not in every container");
    fill(runtime);
    const program = Program.start(t, "http.js", { env: { XDG_RUNTIME_DIR: runtime } });
    await program.first("ready", ({ id }) => id === "master");
    assert.deepEqual(readdirSync(runtime), ["filler"]);
    const listed = command(["list", "--json"], "/", { XDG_RUNTIME_DIR: runtime, TMPDIR: program.folder });
    assert.match(listed.stdout, new RegExp(`"pid":${program.pid},`));
    assert.doesNotMatch(program.stderr, /no control socket/);
    assert.match(program.stderr, new RegExp(`the file system of the folder ${runtime}, which is for sockets, is full`));
    await program.stop();
  });
}

/** A small file system in memory; `undefined` where none can be mounted. */
function mounted(t: TestContext, options: string): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "mn-full-"));
  t.after(() => {
    spawnSync("umount", ["-l", folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  const mount = spawnSync("mount", ["-t", "tmpfs", "-o", `mode=700,${options}`, "tmpfs", folder]);
  return mount.status === 0 ? folder : undefined;
}

function fill(folder: string): void {
  try {
    writeFileSync(join(folder, "filler"), Buffer.alloc(64 * 1024));
  } catch {
    // It is full.
  }
}
