// Reloads on change: one at a time, and of nothing but what counts.
import assert from "node:assert/strict";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { FileWatch } from "#src/cli/file-watch.js";
import { reloader } from "#src/cli/watch.js";
import { Deferred } from "#src/promises.js";
import { within } from "../../helpers/deadline.js";
import { temporaryFolder } from "../../helpers/environment.js";

test("what changes while a reload runs is reloaded after it, all at once", async () => {
  const running = [new Deferred<void>(), new Deferred<void>()];
  const said: string[] = [];
  let reloads = 0;
  const changed = reloader(
    async () => running[reloads++]?.promise,
    (line) => void said.push(line),
  );
  changed(["a.js"]);
  changed(["b.js", "c.js"]);
  changed(["c.js", "d.js", "e.js"]);
  assert.equal(reloads, 1);
  running[0]?.reject(new Error("it does not start"));
  await running[0]?.promise.catch(() => {});
  await new Promise(setImmediate);
  assert.equal(reloads, 2);
  running[1]?.resolve();
  await new Promise(setImmediate);
  assert.deepEqual(said, [
    "a.js changed: reloading",
    "it does not start (NODE_DEBUG=multi-node tells where)",
    "b.js, c.js, d.js and 1 more changed: reloading",
    "reloaded",
  ]);
});

/** Watches a folder; `next` resolves with the files that changed. */
function watching(t: TestContext, folder: string, how: "program" | "paths"): { next: () => Promise<string[]> } {
  const heard: string[][] = [];
  let wake = (): void => {};
  const changed = (files: string[]): void => {
    heard.push(files);
    wake();
  };
  const watch =
    how === "program" ? FileWatch.ofProgram(join(folder, "server.js"), changed) : FileWatch.ofPaths([folder], changed);
  t.after(() => watch.close());
  const next = async (): Promise<string[]> => {
    if (heard.length === 0) {
      await within(new Promise<void>((resolve) => (wake = resolve)), "a change is heard of");
    }
    return heard.shift() ?? [];
  };
  return { next };
}

test("the program's folder: code alone, in new folders too, without node_modules and hidden ones", async (t) => {
  const folder = temporaryFolder(t);
  for (const name of ["lib", "node_modules/x", ".git"]) mkdirSync(join(folder, name), { recursive: true });
  const { next } = watching(t, folder, "program");
  for (const name of ["node_modules/x/i.js", ".git/x.js", ".hidden.js", "data.db", "lib/a.js~", "lib/a.js"]) {
    writeFileSync(join(folder, name), "");
  }
  assert.deepEqual(await next(), [join(folder, "lib/a.js")]);
  mkdirSync(join(folder, "new/deep"), { recursive: true });
  writeFileSync(join(folder, "new/deep/b.ts"), "");
  assert.deepEqual(await next(), [join(folder, "new/deep/b.ts")]);
  writeFileSync(join(folder, "new/deep/c.json"), "");
  assert.deepEqual(await next(), [join(folder, "new/deep/c.json")]);
  rmSync(join(folder, "new"), { recursive: true });
  assert.deepEqual(
    await next(),
    ["b.ts", "c.json"].map((name) => join(folder, "new/deep", name)),
  );
  mkdirSync(join(folder, "new"));
  writeFileSync(join(folder, "new/d.js"), "");
  assert.deepEqual(await next(), [join(folder, "new/d.js")]);
});

test("a link that leads to itself, and a folder that has gone again, end nothing", async (t) => {
  const folder = temporaryFolder(t);
  const { next } = watching(t, folder, "paths");
  symlinkSync("loop", join(folder, "loop"));
  for (let round = 0; round < 100; round++) {
    mkdirSync(join(folder, "gone/again"), { recursive: true });
    rmSync(join(folder, "gone"), { recursive: true });
  }
  assert.ok((await next()).includes(join(folder, "loop")));
});

test("given paths: all that is in a folder, and a file that is put in another's place", async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "page.html"), "");
  const all = watching(t, folder, "paths");
  writeFileSync(join(folder, "page.html"), "new");
  assert.deepEqual(await all.next(), [join(folder, "page.html")]);
  const told = new Deferred<string[]>();
  const one = FileWatch.ofPaths([join(folder, "page.html")], told.resolve);
  t.after(() => one.close());
  writeFileSync(join(folder, "other.html"), "");
  rmSync(join(folder, "page.html"));
  writeFileSync(join(folder, "page.html"), "newer");
  assert.deepEqual(await within(told.promise, "the change of the file"), [join(folder, "page.html")]);
});
