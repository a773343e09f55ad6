// `multi-node config`: what would hold for a program, and where each value comes from.
import type { Command } from "commander";
import { addSettings } from "../settings/flags.js";

export function addConfig(program: Command, programArgs: readonly string[]): void {
  const command = program
    .command("config")
    .summary("print every setting, its value and where that comes from")
    .description("Prints every setting that would hold with these flags, its value and where that comes from.")
    .usage("[script] [options] [-- arguments of the program]")
    .argument("[script]", "the program")
    .option("--json", "print JSON")
    .action(async (script: string | undefined, { json, ...flags }: Record<string, unknown>) => {
      const { printSettings } = await import("../settings/print.js");
      await printSettings({ script, programArgs, flags }, json === true ? "json" : "table");
    });
  addSettings(command);
}
