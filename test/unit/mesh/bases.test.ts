// Which folders are safe to make a private folder in: those where no other user can put another one in its place.
import assert from "node:assert/strict";
import { chmodSync, chownSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { baseAt } from "#src/mesh/bases.js";
import { makeFolder, privateFolders } from "#src/mesh/folder.js";
import { setEnvironment, temporaryFolder } from "../../helpers/environment.js";

const NOBODY = 65_534;
const rootOnly = { skip: process.getuid?.() !== 0 && "only root can give folders away" };

test("a folder of this user in a sticky one is used by its real path", (t) => {
  const { base, path } = folder(t);
  symlinkSync(path, join(base, "link"));
  assert.deepEqual(baseAt(path), { name: path, path });
  assert.deepEqual(baseAt(join(base, "link")), { name: join(base, "link"), path });
  assert.deepEqual(baseAt("/tmp"), { name: "/tmp", path: "/tmp" });
});

for (const [what, mode, safe] of [
  ["that others can write", 0o757, false],
  ["that its group can write", 0o775, false],
  ["that others can write, but is sticky", 0o1777, true],
] as const) {
  test(`a folder ${what} is ${safe ? "" : "not "}used, and neither is one below it`, (t) => {
    const { path, below } = folder(t);
    chmodSync(path, mode);
    for (const name of [path, below]) assert.equal(typeOf(name), safe ? "usable" : "unsafe", name);
  });
}

test("a folder of another user is not used, nor one below it, whoever owns that, nor by a link", rootOnly, (t) => {
  const { base, path, below } = folder(t);
  symlinkSync(below, join(base, "link"));
  chownSync(path, NOBODY, NOBODY);
  for (const name of [path, below, join(base, "link")]) assert.equal(typeOf(name), "unsafe", name);
});

test("what is relative, is missing or is a loop is not used", (t) => {
  const { base } = folder(t);
  symlinkSync("loop", join(base, "loop"));
  assert.equal(typeOf("tmp"), "unsafe");
  for (const name of ["missing", "loop"]) assert.equal(typeOf(join(base, name)), "closed");
});

test("a folder that the nodes' user cannot enter is not used for them", rootOnly, (t) => {
  const { base, path } = folder(t);
  const nodes = { uid: NOBODY, gid: NOBODY };
  assert.equal(typeOf(path, nodes), "closed");
  chmodSync(base, 0o711);
  assert.equal(typeOf(path, nodes), "usable");
  chownSync(base, 0, NOBODY);
  chmodSync(base, 0o701);
  assert.equal(typeOf(path, nodes), "closed", "its group may not");
});

test("the next base is taken, the log says why, and nothing is looked for in the unsafe one", rootOnly, (t) => {
  const { path: unsafe } = folder(t);
  const { path: safe } = folder(t);
  setEnvironment(t, { XDG_RUNTIME_DIR: unsafe, TMPDIR: safe });
  const before = makeFolder();
  assert.ok(before.startsWith(unsafe));
  chownSync(unsafe, NOBODY, NOBODY);
  const log: string[] = [];
  const made = makeFolder({ log: (line) => log.push(line) });
  assert.ok(made.startsWith(safe));
  assert.deepEqual(log, [
    `the folder ${unsafe} is not used for sockets, as ${unsafe} belongs to the user with the id ${NOBODY}: its content ` +
      "could be replaced",
  ]);
  assert.deepEqual([privateFolders().includes(before), privateFolders().includes(made)], [false, true]);
});

/** Folders of this user: `below` in `path` in `base`. */
function folder(t: TestContext): { base: string; path: string; below: string } {
  const base = temporaryFolder(t);
  const path = join(base, "path");
  const below = join(path, "below");
  mkdirSync(below, { recursive: true });
  for (const each of [path, below]) chmodSync(each, 0o755);
  return { base, path, below };
}

function typeOf(name: string, nodes?: { uid: number; gid: number }): string {
  const base = baseAt(name, nodes);
  return "refused" in base ? base.refused.type : "usable";
}
