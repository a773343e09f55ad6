// The second link to a socket's file: what a program removes is put back, and nothing is left of it.
import assert from "node:assert/strict";
import fs, {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { createServer } from "node:net";
import { basename, join } from "node:path";
import { type TestContext, test } from "node:test";
import type { SocketInfo } from "#src/protocol.js";
import { identify, removeAbandonedFile } from "#src/serve/socket-file.js";
import { makeSpare, removeOldSpares, restoreFile } from "#src/serve/socket-spare.js";
import { replaceProperty, temporaryFolder } from "../../helpers/environment.js";
import { abandonSocket, listenOn } from "../../helpers/unix-sockets.js";

const key = "path:any";

test("a file that was removed is put back, the same as before", async (t) => {
  const { path, socket } = await withSpare(t);
  assert.equal(await restoreFile(socket), "in-place");
  unlinkSync(path);
  assert.equal(await restoreFile(socket), "restored");
  assert.deepEqual(identify(path), socket.file);
});

test("where another process has left a socket, the file is put in its place; one that is served, or no socket, stays", async (t) => {
  const { path, socket } = await withSpare(t);
  unlinkSync(path);
  await abandonSocket(path);
  assert.equal(await restoreFile(socket), "restored");
  assert.deepEqual(identify(path), socket.file);
  unlinkSync(path);
  writeFileSync(path, "");
  assert.equal(await restoreFile(socket), "taken");
  unlinkSync(path);
  await listenOn(t, createServer(), path);
  assert.equal(await restoreFile(socket), "taken");
  assert.notDeepEqual(identify(path), socket.file);
});

test("without a spare, or with another file in its place, nothing is put back", async (t) => {
  const { path, spare, socket } = await withSpare(t);
  for (const unlinked of [path, spare]) unlinkSync(unlinked);
  assert.equal(await restoreFile(socket), "lost");
  symlinkSync("/etc/passwd", spare);
  assert.equal(await restoreFile(socket), "lost");
  assert.ok(!existsSync(path));
});

test("a folder that is replaced while it is looked whether anybody accepts there loses nothing", {
  skip: !existsSync("/proc/self/fd") && "this system has no paths to open folders",
}, async (t) => {
  const folder = join(temporaryFolder(t), "folder");
  const other = temporaryFolder(t);
  mkdirSync(folder);
  const { path, spare, socket } = await withSpare(t, folder);
  unlinkSync(path);
  await abandonSocket(path);
  writeFileSync(join(other, "socket"), "another user's");
  const restored = restoreFile(socket);
  renameSync(spare, join(other, basename(spare)));
  renameSync(folder, `${folder}-aside`);
  symlinkSync(other, folder);
  assert.equal(await restored, "lost");
  assert.equal(readFileSync(join(other, "socket"), "utf8"), "another user's");
});

test("a folder that becomes a file meanwhile is no error", async (t) => {
  const folder = join(temporaryFolder(t), "folder");
  mkdirSync(folder);
  const { path, socket } = await withSpare(t, folder);
  writeFileSync(`${path}-other`, "");
  renameSync(`${path}-other`, path);
  const { linkSync } = fs;
  replaceProperty(t, fs, "linkSync", (from: string, to: string) => {
    renameSync(folder, `${folder}-aside`);
    writeFileSync(folder, "");
    linkSync(from, to);
  });
  syncBuiltinESMExports();
  t.after(syncBuiltinESMExports);
  assert.notEqual(await restoreFile(socket), "restored");
});

test("root replaces no socket of another user in a sticky folder", {
  skip: process.getuid?.() === 0 ? false : "needs root",
}, async (t) => {
  const folder = temporaryFolder(t);
  const { path, socket } = await withSpare(t, folder);
  chmodSync(folder, 0o1777);
  unlinkSync(path);
  await abandonSocket(path);
  chownSync(path, 65_534, 65_534);
  assert.equal(await restoreFile(socket), "taken");
  chownSync(path, 0, 0);
  assert.equal(await restoreFile(socket), "restored");
});

test("the spare goes with the file, also where only the spare is left, and those of killed services go too", async (t) => {
  const { folder, path, socket } = await withSpare(t);
  unlinkSync(path);
  await removeAbandonedFile(socket);
  assert.deepEqual(readdirSync(folder), []);
  const killed = await withSpare(t, folder);
  unlinkSync(killed.path);
  await removeOldSpares(key, path);
  assert.deepEqual(readdirSync(folder), []);
});

/** A socket whose file has a second link. */
async function withSpare(
  t: TestContext,
  folder = temporaryFolder(t),
): Promise<{ folder: string; path: string; spare: string; socket: SocketInfo }> {
  const path = join(folder, "socket");
  await abandonSocket(path);
  const file = identify(path);
  assert.ok(file);
  makeSpare(path, file);
  const spare = readdirSync(folder).find((name) => name !== "socket");
  assert.ok(spare !== undefined);
  return { folder, path, spare: join(folder, spare), socket: { key, address: path, file } };
}
