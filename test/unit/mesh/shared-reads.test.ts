// Connections that are read into memory which they share.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { connectSharingReads } from "#src/mesh/shared-reads.js";
import { within } from "../../helpers/deadline.js";
import { temporaryFolder } from "../../helpers/environment.js";

test("what comes before there is a listener stays in front of what comes later, and is a copy", async (t) => {
  const path = join(temporaryFolder(t), "socket");
  const server = createServer().listen(path);
  t.after(() => server.close());
  const sockets = [connectSharingReads(path), connectSharingReads(path)];
  const far = [(await once(server, "connection"))[0] as Socket, (await once(server, "connection"))[0] as Socket];
  for (const [index, socket] of far.entries()) socket.write(`hello ${index} `);
  await Promise.all(sockets.map((socket) => within(once(socket, "readable"), "it can be read")));
  const texts = sockets.map((socket) => String(socket.read()));
  const [rest, end] = ["!".repeat(300_000), ["", ""]];
  for (const socket of sockets) socket.unshift(Buffer.from("unread "));
  for (const [index, socket] of sockets.entries()) socket.on("data", (bytes: Buffer) => (end[index] += String(bytes)));
  for (const socket of far) socket.end(rest);
  await Promise.all(sockets.map((socket) => within(once(socket, "end"), "it ends")));
  assert.deepEqual(texts.toSorted(), ["hello 0 ", "hello 1 "]);
  assert.deepEqual(end, [`unread ${rest}`, `unread ${rest}`]);
});
