// `multi-node help reload`: the same as `multi-node reload --help`.
import type { Command } from "commander";
import { nearest } from "../../nearest.js";
import { usageError } from "../cli-error.js";

export function addHelp(program: Command): void {
  program
    .command("help")
    .summary("print the help of a command")
    .description("Prints the help of a command, or that of all.")
    .argument("[command]", "the command")
    .action((name: string | undefined) => {
      (name === undefined ? program : commandNamed(name, program)).outputHelp();
    });
}

function commandNamed(name: string, program: Command): Command {
  const found = program.commands.find((command) => command.name() === name);
  if (found !== undefined) return found;
  const names = program.commands.map((command) => command.name());
  const meant = nearest(name, names);
  throw usageError(`there is no command ${name}: ${meant === undefined ? names.join(", ") : `did you mean ${meant}?`}`);
}
