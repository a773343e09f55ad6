// `multi-node repl`: a REPL within a running node.
import type { Command } from "commander";
import type { Client } from "../../control/client.js";
import { CliError, usageError } from "../cli-error.js";
import { exitCodes } from "../exit-codes.js";
import { addNodeArgument, nodeOf, targetOf } from "../inside/node-argument.js";
import { addServiceOptions, type ServiceOptions, withService } from "../service-option.js";

export function addRepl(program: Command): void {
  const command = program
    .command("repl")
    .summary("type JavaScript into a running node")
    .description(
      "Opens a REPL within a running node: what is typed runs in its program, with process, require, nodes and all " +
        "globals at hand. .exit or Ctrl-D ends it, Ctrl-] also where the node does not answer. Reads from a pipe too.",
    )
    .action(async (words: readonly string[], given: ServiceOptions) => {
      const { node, options } = targetOf(words, given);
      if (options.json) throw usageError("repl prints what the program gives: there is no --json for that");
      await withService(options, (client) => talk(client, node));
    });
  addServiceOptions(addNodeArgument(command));
}

async function talk(client: Client, given: string | undefined): Promise<void> {
  const node = await nodeOf(client, given);
  const { path } = await client.request({ command: "repl", node });
  const { converse } = await import("../inside/conversation.js");
  const end = await converse(path);
  if (end === "cut") throw new CliError(`${node} has ended`);
  // The error has been printed where it came up.
  if (end === "failed") process.exitCode = exitCodes.failed;
}
