// `multi-node heap`: what the memory of a running node holds.
import type { Command } from "commander";
import { addNodeArgument } from "../inside/node-argument.js";
import { whileShowing } from "../inside/waiting-line.js";
import { type FileOptions, writeFileOf } from "../inside/written-file.js";
import { addServiceOptions } from "../service-option.js";

export function addHeap(program: Command): void {
  const command = program
    .command("heap")
    .summary("write a heap snapshot of a running node")
    .description(
      "Writes a .heapsnapshot of a running node. The node stands still meanwhile, seconds for each GiB, and needs up " +
        "to twice its memory; the others serve on. The file holds whatever the program has in memory, secrets too.",
    )
    .option("-o, --output <file>", "where to write it; nothing is overwritten")
    .action((words: readonly string[], options: FileOptions) =>
      writeFileOf(words, options, {
        extension: "heapsnapshot",
        hint: "Open it in Chrome's DevTools (Memory, Load profile)",
        ask: (client, node, path) =>
          whileShowing(
            (passed) => `${node} stands still: ${passed} s`,
            client.request({ command: "heap", node, path }),
          ),
      }),
    );
  addServiceOptions(addNodeArgument(command));
}
