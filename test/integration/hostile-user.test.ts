// The user that nodes run as attacks the master, which is root: what root does in a folder that this user can change must
// neither follow nor walk what the user puts there, and must not fail from it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { command } from "../helpers/command.js";
import { eventually } from "../helpers/deadline.js";
import { Program } from "../helpers/program.js";
import { steer } from "../helpers/steering.js";

const NOBODY = 65_534;
const ROUNDS = 2;
const skip = process.getuid?.() === 0 ? false : "needs root, and another user";
const FIXTURES = fileURLToPath(new URL("../fixtures", import.meta.url));

test("a nodes' user that swaps files while services start and stop gets no file of root's, and each stop is in order", {
  skip,
}, async (t) => {
  const { top, base, canary, kept } = folders();
  const swapper = await Swapper.start(t, [base, canary, kept]);
  t.after(() => rmSync(top, { recursive: true, force: true }));
  for (let round = 1; round <= ROUNDS; round++) {
    const program = Program.start(t, "steered.js", {
      args: [JSON.stringify({ user: "nobody", group: NOBODY, nodes: 2 })],
      env: { NODE_OPTIONS: `--require=${join(FIXTURES, "slow-files.cjs")}` },
      folder: base,
    });
    await program.first("ready", ({ id }) => id === "master");
    await eventually(() => swapper.swaps >= round, "something is swapped");
    program.kill("SIGTERM");
    assert.deepEqual(await program.ended(), { code: 0, signal: null }, program.stderr);
    for (const [path, mode] of [
      [canary, 0o600],
      [kept, 0o700],
      [join(kept, "file"), 0o600],
    ] as const) {
      const { uid, gid, mode: found } = statSync(path);
      assert.deepEqual([uid, gid, found & 0o7777], [0, 0, mode], path);
    }
    assert.equal(readFileSync(canary, "utf8"), "root's");
    assert.equal(readFileSync(join(kept, "file"), "utf8"), "root's");
  }
});

test("root makes no private folder where another user could replace it, and the log says so", { skip }, async (t) => {
  const runtime = mkdtempSync(join(tmpdir(), "mn-hostile-"));
  t.after(() => rmSync(runtime, { recursive: true, force: true }));
  chownSync(runtime, NOBODY, NOBODY);
  const program = Program.start(t, "http.js", { env: { XDG_RUNTIME_DIR: runtime } });
  await program.first("ready", ({ id }) => id === "master");
  assert.deepEqual(readdirSync(runtime), []);
  assert.match(
    program.stderr,
    new RegExp(`multi-node: the folder ${runtime} is not used for sockets, as .* ${NOBODY}: `),
  );
  const listed = command(["list", "--json"], "/", { XDG_RUNTIME_DIR: runtime, TMPDIR: program.folder });
  assert.match(listed.stdout, new RegExp(`"pid":${program.pid},`));
  await program.stop();
});

test("a node that names another socket as that of its REPL is not believed", async (t) => {
  const program = Program.start(t, "steered.js", {
    args: [JSON.stringify({ nodes: 1 })],
    env: { NODE_OPTIONS: `--require=${join(FIXTURES, "lies-about-paths.cjs")}` },
  });
  await program.first("ready", ({ id }) => id === "master");
  const client = await steer(t, program);
  await assert.rejects(client.request({ command: "repl", node: "node-1" }), {
    code: "MN_ERR_TOOL_FAILED",
    message: "node-1 answers with a path that is none of its own",
  });
  await program.stop();
});

/** What the master makes its folders in, and what belongs to root alone. */
function folders(): Record<"top" | "base" | "canary" | "kept", string> {
  const top = mkdtempSync(join(tmpdir(), "mn-hostile-"));
  const [base, canary, kept] = [join(top, "base"), join(top, "canary"), join(top, "kept")];
  for (const path of [base, kept]) mkdirSync(path);
  for (const path of [canary, join(kept, "file")]) writeFileSync(path, "root's", { mode: 0o600 });
  chmodSync(kept, 0o700);
  chmodSync(top, 0o755);
  // As /tmp: who owns something in it may rename it.
  chmodSync(base, 0o1777);
  return { top, base, canary, kept };
}

class Swapper {
  swaps = 0;

  static async start(t: TestContext, args: string[]): Promise<Swapper> {
    const child = spawn(process.execPath, [join(FIXTURES, "swaps-files.js"), ...args], {
      stdio: ["ignore", "pipe", "inherit"],
      uid: NOBODY,
      gid: NOBODY,
    });
    t.after(async () => {
      child.kill("SIGKILL");
      await once(child, "close");
    });
    const swapper = new Swapper();
    let begun = false;
    createInterface({ input: child.stdout }).on("line", (line) => {
      begun = true;
      swapper.swaps += JSON.parse(line).swapped ?? 0;
    });
    await eventually(() => begun, "the swapper begins");
    return swapper;
  }
}
