// `multi-node scale`: another number of nodes.
import { type Command, InvalidArgumentError } from "commander";
import { MOST_NODES } from "../../limits.js";
import { order } from "../order.js";
import { addServiceOptions, type ServiceOptions } from "../service-option.js";

export function addScale(program: Command): void {
  const command = program
    .command("scale")
    .summary("start nodes, or drain some, until so many serve")
    .description("Starts nodes, or drains some, until so many serve. Those that go finish what they are doing.")
    .argument("<nodes>", `how many are to serve, 1 to ${MOST_NODES}`, readCount)
    .action((nodes: number, options: ServiceOptions) =>
      order(options, {
        command: { command: "scale", nodes },
        done: `is served by ${nodes} ${nodes === 1 ? "node" : "nodes"}`,
      }),
    );
  addServiceOptions(command);
}

function readCount(given: string): number {
  const nodes = /^\d{1,16}$/.test(given) ? Number(given) : 0;
  if (nodes >= 1 && nodes <= MOST_NODES) return nodes;
  throw new InvalidArgumentError(`An integer from 1 to ${MOST_NODES} is taken.`);
}
