// `multi-node reload`: new code, node by node, without losing a request.
import type { Command } from "commander";
import { order } from "../order.js";
import { addServiceArgument, addServiceOptions, ofService, type ServiceOptions } from "../service-option.js";

export function addReload(program: Command): void {
  const command = program
    .command("reload")
    .summary("replace all nodes, one after another, without losing a request")
    .description(
      "Replaces all nodes, one after another: each successor serves before the node that it replaces drains.\n" +
        "When the new code does not come to serve, the old nodes go on, its error is told, and the exit code is 1.",
    )
    .action((service: string | undefined, options: ServiceOptions) =>
      order(ofService(service, options), { command: { command: "reload" }, done: "is reloaded" }),
    );
  addServiceOptions(addServiceArgument(command));
}
