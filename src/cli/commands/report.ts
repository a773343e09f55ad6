// `multi-node report`: Node's diagnostic report of a running node.
import type { Command } from "commander";
import { addNodeArgument } from "../inside/node-argument.js";
import { type FileOptions, writeFileOf } from "../inside/written-file.js";
import { addServiceOptions } from "../service-option.js";

export function addReport(program: Command): void {
  const command = program
    .command("report")
    .summary("write Node's diagnostic report of a running node")
    .description(
      "Writes Node's diagnostic report of a running node as JSON: versions, limits, stack, heap, handles. It holds the " +
        "environment too, and with it any secret in there.",
    )
    .option("-o, --output <file>", "where to write it; nothing is overwritten")
    .action((words: readonly string[], options: FileOptions) =>
      writeFileOf(words, options, {
        extension: "report.json",
        hint: "It is JSON: https://nodejs.org/api/report.html explains it",
        ask: (client, node, path) => client.request({ command: "report", node, path }),
      }),
    );
  addServiceOptions(addNodeArgument(command));
}
