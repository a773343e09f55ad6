// The socket of a REPL: in a folder that may belong to another user, so that no link is followed.
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { connectTo } from "#src/cli/inside/conversation.js";
import { temporaryFolder } from "../../../helpers/environment.js";
import { listenOn } from "../../../helpers/unix-sockets.js";

test("it connects to a socket, not to one that a link leads to, nor to anything else", {
  skip: !existsSync("/proc/self/fd") && "this system has no paths for descriptors",
}, async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, "repl-01234567");
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.end("hello");
  });
  await listenOn(t, server, path);
  const socket = connectTo(path);
  const [bytes] = await once(socket, "data");
  assert.equal(String(bytes), "hello");
  socket.destroy();
  symlinkSync(path, join(folder, "link"));
  writeFileSync(join(folder, "file"), "");
  const tryAt = (name: string): unknown => connectTo(join(folder, name)).destroy();
  assert.throws(() => tryAt("link"), /is no socket$/);
  assert.throws(() => tryAt("file"), /is no socket$/);
  assert.throws(() => tryAt("nothing"), { code: "ENOENT" });
  assert.equal(connections, 1);
});
