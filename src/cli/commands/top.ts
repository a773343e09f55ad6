// `multi-node top`: a service, live on the whole screen.
import { type Command, Option } from "commander";
import { usageError } from "../cli-error.js";
import { addServiceArgument, addServiceOption, addTimeout, ofService, type ServiceOptions } from "../service-option.js";
import { timeOption } from "../time-option.js";

interface TopOptions extends ServiceOptions {
  /** Milliseconds. */
  interval: number;
}

export function addTop(program: Command): void {
  const interval = timeOption("--interval", "how often to look", { least: "50ms", most: "24d", fallback: "1s" });
  const command = program
    .command("top")
    .summary("watch a service live, and steer it with keys")
    .description("Shows a service live on the whole screen, with keys to reload, scale, drain or kill. ? tells them.")
    .addOption(interval)
    .addOption(new Option("--json").hideHelp())
    .action(async (service: string | undefined, options: TopOptions) => {
      checkTerminal(options);
      const { runTop } = await import("../top/run.js");
      await runTop(ofService(service, options));
    });
  addTimeout(addServiceOption(addServiceArgument(command)));
}

function checkTerminal({ json }: TopOptions): void {
  if (json) throw usageError("top is for people: multi-node status --json tells the same to programs");
  if (process.stdin.isTTY && process.stdout.isTTY) return;
  throw usageError("top needs a terminal for its input and its output: multi-node status shows the same once");
}
