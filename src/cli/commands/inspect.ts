// `multi-node inspect`: the inspector of a running node.
import type { Command } from "commander";
import type { ControlEvent } from "../../control/commands.js";
import { addNodeArgument, nodeOf, targetOf } from "../inside/node-argument.js";
import { print, printJson } from "../output.js";
import { addServiceOptions, type ServiceOptions, withService } from "../service-option.js";

export function addInspect(program: Command): void {
  const command = program
    .command("inspect")
    .summary("open the inspector of a running node, for a debugger")
    .description(
      "Opens the inspector of a running node on 127.0.0.1 and prints its address, which is a secret: whoever has it can " +
        "run code in the node. Ctrl-C closes the inspector. As long as it is open, the node is not taken for hung: it " +
        "may stand at a breakpoint.",
    )
    .action((words: readonly string[], options: ServiceOptions) => inspect(words, options));
  addServiceOptions(addNodeArgument(command));
}

async function inspect(words: readonly string[], given: ServiceOptions): Promise<void> {
  const { node: named, options } = targetOf(words, given);
  await withService(options, async (client) => {
    const node = await nodeOf(client, named);
    const onEvent = (event: ControlEvent): void => {
      if (event.type !== "inspector") return;
      if (options.json) printJson({ node, url: event.url });
      else show(event.url);
    };
    await client.request({ command: "inspect", node }, { onEvent });
    if (!options.json) print([`${node} has ended`]);
  });
}

function show(url: string): void {
  const address = url.replace("ws://", "");
  print([{ text: url, tone: "bold" }]);
  print([{ text: `Chrome: devtools://devtools/bundled/js_app.html?ws=${address}`, tone: "dim" }]);
  print([{ text: `VS Code: { "type": "node", "request": "attach", "websocketAddress": "${url}" }`, tone: "dim" }]);
  print([{ text: "Ctrl-C closes the inspector.", tone: "dim" }]);
}
