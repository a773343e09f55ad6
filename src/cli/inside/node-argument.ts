// Which node a command means, and of which service.
import type { Command } from "commander";
import type { Client } from "../../control/client.js";
import { CliError, usageError } from "../cli-error.js";
import { exitCodes } from "../exit-codes.js";
import { ofService, type ServiceOptions } from "../service-option.js";

/** `node-3`, `3`, the slot `#2`, `any` that serves, or the master, whose lines `logs` shows too. */
const NODE = /^(?:node-\d+|#?\d+|any|master)$/;

/** What the words of a command mean. */
export interface Target<Options> {
  /** With the service that was named. */
  options: Options;
  /** As it was written. */
  node: string | undefined;
}

/** `node-3` for `3`. */
export function idOf(given: string): string {
  return /^\d+$/.test(given) ? `node-${given}` : given;
}

export function addNodeArgument(command: Command): Command {
  const help =
    "its id, such as node-3, or just 3, its slot, such as '#2', or any (default: the only one that serves); " +
    "the name of the service may stand before it";
  return command.usage("[service] [node] [options]").argument("[node...]", help);
}

/** One word is a node where it looks like one, or where the service is named by `--service`; of two the first is the service. */
export function targetOf<Options extends ServiceOptions>(words: readonly string[], options: Options): Target<Options> {
  const [first, second, ...more] = words;
  if (more.length > 0) throw usageError(`a service and a node are taken, got ${words.join(" ")}`);
  if (first === undefined) return { options, node: undefined };
  if (second !== undefined) return { options: ofService(first, options), node: second };
  const isNode = NODE.test(first) || options.service !== undefined;
  return isNode ? { options, node: first } : { options: ofService(first, options), node: undefined };
}

/** The id of the node that is meant; whether there is one of an id, the master knows. */
export async function nodeOf(client: Client, given: string | undefined): Promise<string> {
  if (given !== undefined && given !== "any" && !given.startsWith("#")) return idOf(given);
  const { nodes } = await client.request({ command: "status" });
  const serving = nodes.filter(({ state }) => state === "serving");
  if (given?.startsWith("#")) return inSlot(given, serving);
  const [first, ...more] = serving.map(({ id }) => id);
  if (first === undefined) throw usageError("no node serves");
  if (given === "any" || more.length === 0) return first;
  throw usageError(`which node? ${[first, ...more].join(", ")} serve`);
}

/** The latest node of a slot: while it is replaced, two serve there. */
function inSlot(given: string, serving: readonly { id: string; place: number }[]): string {
  const found = serving.findLast(({ place }) => `#${place}` === given);
  if (found !== undefined) return found.id;
  const slots = serving.map(({ id, place }) => `#${place} (${id})`).join(", ");
  throw new CliError(`no node serves in slot ${given}; there are ${slots || "none"}`, exitCodes.notFound);
}
