// How a test reaches the control socket of a service that it has started.
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { Client, type ClientOptions } from "#src/control/client.js";
import { CONTROL_SOCKET } from "#src/control/commands.js";
import { eventually } from "./deadline.js";
import type { Program } from "./program.js";

/** The folders in which the services of a program are steered. */
export function controlFolders({ folder }: Pick<Program, "folder">): string[] {
  const folders = readdirSync(folder).map((name) => join(folder, name));
  return folders.filter((path) => existsSync(join(path, CONTROL_SOCKET)));
}

/** Connects to the only service of a program, as soon as that can be steered. */
export async function steer(t: TestContext, program: Program, options?: ClientOptions): Promise<Client> {
  let client: Client | undefined;
  await eventually(async () => {
    client = await connected(controlFolders(program)[0], options);
    return client !== undefined;
  }, "there is a control socket");
  assert.ok(client);
  t.after(() => client?.close());
  return client;
}

/** For a moment a socket is there and refuses connections. */
async function connected(folder: string | undefined, options: ClientOptions | undefined): Promise<Client | undefined> {
  if (folder === undefined) return undefined;
  try {
    return await Client.connect({ folder }, options);
  } catch (error) {
    if (/ECONNREFUSED/.test((error as Error).message)) return undefined;
    throw error;
  }
}
