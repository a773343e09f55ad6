// `multi-node scale`: another number of nodes.
import { type Command, InvalidArgumentError } from "commander";
import { order } from "../order.js";
import { addServiceOptions, type ServiceOptions } from "../service-option.js";

export function addScale(program: Command): void {
  const command = program
    .command("scale")
    .summary("start nodes, or drain some, until so many serve")
    .description("Starts nodes, or drains some, until so many serve. Those that go finish what they are doing.")
    .argument("<nodes>", "how many are to serve, at least 1", readCount)
    .action((nodes: number, options: ServiceOptions) =>
      order(options, {
        command: { command: "scale", nodes },
        done: `is served by ${nodes} ${nodes === 1 ? "node" : "nodes"}`,
      }),
    );
  addServiceOptions(command);
}

function readCount(given: string): number {
  if (/^[1-9]\d{0,8}$/.test(given)) return Number(given);
  throw new InvalidArgumentError("An integer of at least 1 is taken.");
}
