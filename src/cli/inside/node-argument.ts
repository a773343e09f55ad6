// Which node a command means.
import type { Command } from "commander";
import type { Client } from "../../control/client.js";
import { usageError } from "../cli-error.js";

/** `node-3` for `3`. */
export function idOf(given: string): string {
  return /^\d+$/.test(given) ? `node-${given}` : given;
}

export function addNodeArgument(command: Command): Command {
  return command.argument("[node]", "its id, such as node-3, or just 3 (default: the only one that serves)");
}

/** The id of the node that is meant; whether there is one, the master knows. */
export async function nodeOf(client: Client, given: string | undefined): Promise<string> {
  if (given !== undefined) return idOf(given);
  const { nodes } = await client.request({ command: "status" });
  const serving = nodes.filter(({ state }) => state === "serving").map(({ id }) => id);
  const [only, ...more] = serving;
  if (only !== undefined && more.length === 0) return only;
  throw usageError(only === undefined ? "no node serves" : `which node? ${serving.join(", ")} serve`);
}
