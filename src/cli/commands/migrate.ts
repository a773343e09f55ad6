// `multi-node migrate ecosystem.config.js`: what the apps of PM2 become here.
import type { Command } from "commander";
import type { MigrateOptions } from "../migrate/print.js";

export function addMigrate(program: Command): void {
  program
    .command("migrate")
    .summary("print what an ecosystem file of PM2 becomes here")
    .description(
      "Prints for each app of a PM2 ecosystem file (.js, .cjs, .mjs, .json, .yml) the configuration file and the command that " +
        "run it here, and names each key that has no counterpart, with what to do instead. A file of JavaScript is run.",
    )
    .argument("<file>", "such as ecosystem.config.js")
    .option("--env <name>", "merge the variables of env_NAME into env")
    .option("--write", "write the configuration files into this folder; nothing is overwritten")
    .option("--json", "print JSON")
    .action(async (file: string, options: MigrateOptions) => {
      const { migrate } = await import("../migrate/print.js");
      await migrate(file, options);
    });
}
