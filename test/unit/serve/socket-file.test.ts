// The file of a Unix socket: removed by those whose it is, and by nobody else.
import assert from "node:assert/strict";
import fs, { existsSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { identify, removeSocketFile } from "#src/serve/socket-file.js";
import { replaceProperty, temporaryFolder } from "../../helpers/environment.js";
import { abandonSocket } from "../../helpers/unix-sockets.js";

const key = "path:any";

test("a socket is told from everything else that a path can name", async (t) => {
  const folder = temporaryFolder(t);
  const at = (name: string): string => join(folder, name);
  await abandonSocket(at("socket"));
  writeFileSync(at("file"), "");
  mkdirSync(at("folder"));
  symlinkSync(at("socket"), at("link"));
  const { dev, ino } = identify(at("socket")) ?? {};
  assert.ok(typeof dev === "number" && typeof ino === "number");
  for (const name of ["file", "folder", "link", "nothing", "file/below", "nul\0"]) {
    assert.equal(identify(at(name)), undefined, name);
  }
});

test("one's own file is removed, and a second time is no error", async (t) => {
  const path = join(temporaryFolder(t), "socket");
  await abandonSocket(path);
  const file = identify(path);
  assert.ok(file);
  removeSocketFile({ key, address: path, file });
  assert.ok(!existsSync(path));
  removeSocketFile({ key, address: path, file });
});

test("the file of another service that took the path meanwhile stays", async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, "socket");
  await abandonSocket(path);
  const file = identify(path);
  assert.ok(file);
  renameSync(path, join(folder, "old"));
  await abandonSocket(path);
  removeSocketFile({ key, address: path, file });
  assert.ok(existsSync(path));
  writeFileSync(join(folder, "file"), "");
  removeSocketFile({ key, address: join(folder, "file"), file });
  assert.ok(existsSync(join(folder, "file")));
});

test("a folder that is replaced between the look and the removal loses nothing", {
  skip: !existsSync("/proc/self/fd") && "this system has no paths to open folders",
}, async (t) => {
  const [folder, other] = [join(temporaryFolder(t), "folder"), temporaryFolder(t)];
  const path = join(folder, "socket");
  mkdirSync(folder);
  await abandonSocket(path);
  const file = identify(path);
  assert.ok(file);
  writeFileSync(join(other, "socket"), "");
  const { unlinkSync } = fs;
  replaceProperty(t, fs, "unlinkSync", (removed: string) => {
    renameSync(folder, `${folder}-aside`);
    symlinkSync(other, folder);
    unlinkSync(removed);
  });
  syncBuiltinESMExports();
  t.after(syncBuiltinESMExports);
  removeSocketFile({ key, address: path, file });
  assert.ok(existsSync(join(other, "socket")));
  assert.ok(!existsSync(join(`${folder}-aside`, "socket")));
});

test("where the folder cannot be opened, nothing is removed by its name", {
  skip: !existsSync("/proc/self/fd") && "this system has no paths to open folders",
}, async (t) => {
  const path = join(temporaryFolder(t), "socket");
  await abandonSocket(path);
  const file = identify(path);
  assert.ok(file);
  replaceProperty(t, fs, "openSync", () => {
    throw new Error("EMFILE: too many open files");
  });
  syncBuiltinESMExports();
  t.after(syncBuiltinESMExports);
  removeSocketFile({ key, address: path, file });
  assert.ok(existsSync(path));
});

test("what cannot be removed is no error", async (t) => {
  const path = join(temporaryFolder(t), "socket");
  await abandonSocket(path);
  const file = identify(path);
  assert.ok(file);
  replaceProperty(t, fs, "unlinkSync", () => {
    throw new Error("EPERM: operation not permitted");
  });
  syncBuiltinESMExports();
  t.after(syncBuiltinESMExports);
  removeSocketFile({ key, address: path, file });
});

test("without a known file, or for a TCP port, nothing is removed", async (t) => {
  const path = join(temporaryFolder(t), "socket");
  await abandonSocket(path);
  removeSocketFile({ key, address: path });
  removeSocketFile({ key, address: { address: "::", family: "IPv6", port: 80 }, file: { dev: 1, ino: 1 } });
  assert.ok(existsSync(path));
});
