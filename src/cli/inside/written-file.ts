// A file about a node, which that node writes itself: where to, and what is said of it.
import { resolve } from "node:path";
import type { Client } from "../../control/client.js";
import type { Results } from "../../control/commands.js";
import { print, printJson } from "../output.js";
import { type ServiceOptions, withService } from "../service-option.js";
import { bytes } from "../views/units.js";
import { nodeOf, targetOf } from "./node-argument.js";

export interface FileOptions extends ServiceOptions {
  output?: string;
}

export interface FileKind {
  /** Of the name that the file gets where none is given. */
  extension: string;
  /** What to do with it. */
  hint: string;
  ask: (client: Client, node: string, path: string) => Promise<Results["heap"]>;
}

/** Lets a node write a file, then tells where it is. */
export async function writeFileOf(
  words: readonly string[],
  given: FileOptions,
  { extension, hint, ask }: FileKind,
): Promise<void> {
  const { node: named, options } = targetOf(words, given);
  await withService(options, async (client, { name }) => {
    const node = await nodeOf(client, named);
    const written = await ask(client, node, resolve(options.output ?? fileName(name, node, extension)));
    if (options.json) return printJson({ node, ...written });
    print([{ text: written.path, tone: "bold" }, { text: ` (${bytes(written.bytes)})` }]);
    print([{ text: hint, tone: "dim" }]);
  });
}

/** `shop-node-2-20260131T120000Z.cpuprofile`: sorted by name is sorted by time. */
function fileName(service: string, node: string, extension: string): string {
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "");
  return `${service.replaceAll(/[^\w.@-]+/g, "-")}-${node}-${time}.${extension}`;
}
