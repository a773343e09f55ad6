// Unix sockets as tests need them: with somebody behind, or left by somebody who was killed.
import { once } from "node:events";
import { linkSync, renameSync } from "node:fs";
import { createServer, type Server } from "node:net";
import type { TestContext } from "node:test";

/** Lets a server listen until the test ends. */
export async function listenOn(t: TestContext, server: Server, path: string): Promise<Server> {
  await once(server.listen(path), "listening");
  t.after(() => server.close());
  return server;
}

/** Leaves the file of a socket that nobody listens on any more, as a killed process does. */
export async function abandonSocket(path: string): Promise<void> {
  const server = createServer().listen(path);
  await once(server, "listening");
  // Closing removes the file by its name: a second name keeps it.
  linkSync(path, `${path}~`);
  await once(server.close(), "close");
  renameSync(`${path}~`, path);
}
