// `multi-node restart`: one node gets a successor.
import type { Command } from "commander";
import { usageError } from "../cli-error.js";
import { idOf, nodeOf, targetOf } from "../inside/node-argument.js";
import { order } from "../order.js";
import { addServiceOptions, type ServiceOptions } from "../service-option.js";

export function addRestart(program: Command): void {
  const command = program
    .command("restart")
    .summary("replace one node without losing a request")
    .description("Starts a successor of one node, and drains that node once the successor serves.")
    .usage("[service] <node> [options]")
    .argument(
      "<node...>",
      "its id, such as node-2, or just 2, or its slot, such as '#1'; the service may stand before it",
    )
    .action((words: readonly string[], given: ServiceOptions) => {
      const { node, options } = targetOf(words, given);
      if (node === undefined) throw usageError(`restart replaces one node: multi-node reload ${words[0]} replaces all`);
      return order(options, {
        command: { command: "restart", node },
        done: `has another node instead of ${idOf(node)}`,
        act: async (client, _, onEvent) =>
          client.request({ command: "restart", node: await nodeOf(client, node) }, { onEvent }),
      });
    });
  addServiceOptions(command);
}
