// `multi-node restart`: one node gets a successor.
import type { Command } from "commander";
import { idOf } from "../inside/node-argument.js";
import { order } from "../order.js";
import { addServiceOptions, type ServiceOptions } from "../service-option.js";

export function addRestart(program: Command): void {
  const command = program
    .command("restart")
    .summary("replace one node without losing a request")
    .description("Starts a successor of one node, and drains that node once the successor serves.")
    .argument("<node>", "its id, such as node-2, or just 2; status lists them")
    .action((given: string, options: ServiceOptions) => {
      const node = idOf(given);
      return order(options, { command: { command: "restart", node }, done: `has another node instead of ${node}` });
    });
  addServiceOptions(command);
}
