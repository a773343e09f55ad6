// How a test reaches the control socket of a service that it has started.
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
  await eventually(() => controlFolders(program).length > 0, "there is a control socket");
  const client = await Client.connect({ folder: controlFolders(program)[0] ?? "" }, options);
  t.after(() => client.close());
  return client;
}
