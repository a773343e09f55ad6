// `multi-node [run] server.js`: runs a program on all cores.
import type { Command } from "commander";
import { addSettings } from "../settings/flags.js";

const EPILOGUE = `
What follows -- is the program's own. Node's own flags go in --node-args or NODE_OPTIONS.
Times: 500ms, 25s, 2m, 12h, or plain milliseconds. Sizes: 512M, 1.5G, or plain bytes.
Each flag is also a variable (--drain-timeout: MULTI_NODE_DRAIN_TIMEOUT) and a key of the configuration
file (drainTimeout). Strongest first: flags, variables, PORT and WEB_CONCURRENCY, the file, the defaults.

Examples:
  multi-node server.js -n 4 -p 8000 -- --verbose
  multi-node server.js --balance least-connections --max-memory 512M
  multi-node server.js --watch`;

export function addRun(program: Command, programArgs: readonly string[]): void {
  const command = program
    .command("run", { isDefault: true })
    .summary("run a program on all cores; the word run may be left out")
    .description("Runs a program on all cores, with no change to it.")
    .usage("<script> [options] [-- arguments of the program]")
    .argument("[script]", "the program, as node would find it; needed unless a configuration file names it")
    .addHelpText("after", EPILOGUE)
    .action(async (script: string | undefined, flags: Record<string, unknown>) => {
      const { carryOut } = await import("../running.js");
      const commands = program.commands.map((other) => other.name());
      await carryOut({ script, programArgs, flags }, commands);
    });
  addSettings(command);
}
