// `multi-node scale`: another number of nodes.
import type { Command } from "commander";
import { MOST_NODES } from "../../limits.js";
import { usageError } from "../cli-error.js";
import { order } from "../order.js";
import { addServiceOptions, ofService, type ServiceOptions } from "../service-option.js";

export function addScale(program: Command): void {
  const command = program
    .command("scale")
    .summary("start nodes, or drain some, until so many serve")
    .description("Starts nodes, or drains some, until so many serve. Those that go finish what they are doing.")
    .usage("[service] <nodes> [options]")
    .argument("<nodes...>", `how many are to serve, 1 to ${MOST_NODES}; the name of the service may stand before it`)
    .action((words: readonly string[], options: ServiceOptions) => {
      const { service, nodes } = read(words);
      return order(ofService(service, options), {
        command: { command: "scale", nodes },
        done: `is served by ${nodes} ${nodes === 1 ? "node" : "nodes"}`,
      });
    });
  addServiceOptions(command);
}

function read(words: readonly string[]): { service: string | undefined; nodes: number } {
  const [first = "", second, ...more] = words;
  const [service, given] = second === undefined ? [undefined, first] : [first, second];
  const nodes = /^\d{1,16}$/.test(given) ? Number(given) : 0;
  if (more.length === 0 && nodes >= 1 && nodes <= MOST_NODES) return { service, nodes };
  throw usageError(`scale: an integer from 1 to ${MOST_NODES} is taken, got ${words.join(" ")}`);
}
