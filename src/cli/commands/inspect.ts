// `multi-node inspect`: the inspector of a running node.
import type { Command } from "commander";
import { addNodeArgument, nodeOf } from "../inside/node-argument.js";
import { print, printJson } from "../output.js";
import { addServiceOptions, type ServiceOptions, withService } from "../service-option.js";

export function addInspect(program: Command): void {
  const command = program
    .command("inspect")
    .summary("open the inspector of a running node, for a debugger")
    .description(
      "Opens the inspector of a running node on 127.0.0.1 and prints its address. It stays open until the node ends, " +
        "and as long as it is open, the node is not taken for hung: somebody may have stopped it at a breakpoint.",
    )
    .action((node: string | undefined, options: ServiceOptions) => inspect(node, options));
  addServiceOptions(addNodeArgument(command));
}

async function inspect(given: string | undefined, options: ServiceOptions): Promise<void> {
  await withService(options, async (client) => {
    const node = await nodeOf(client, given);
    const { url } = await client.request({ command: "inspect", node });
    if (options.json) return printJson({ node, url });
    const { host } = new URL(url);
    print([{ text: url, tone: "bold" }]);
    print([{ text: `Chrome: chrome://inspect, Configure, ${host}`, tone: "dim" }]);
    print([{ text: `Terminal: node inspect ${host}`, tone: "dim" }]);
    print([{ text: `multi-node restart ${node} closes it`, tone: "dim" }]);
  });
}
