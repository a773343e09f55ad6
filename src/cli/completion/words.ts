// What can be completed: the commands and flags, as commander knows them.
import type { Argument, Command, Option } from "commander";

/** What follows a flag, or stands for itself: one of these words, a path, or something that no shell can know. */
export type Value = { kind: "none" | "path" | "unknown" } | { kind: "words"; words: readonly string[] };

export interface Flag {
  /** `-n` and `--nodes`, as far as it has them. */
  names: readonly string[];
  help: string;
  value: Value;
}

export interface CommandWords {
  name: string;
  help: string;
  flags: readonly Flag[];
  argument: Value;
  /** Whether it is meant where no command is named. */
  isDefault: boolean;
}

const PATH_NAMES: readonly string[] = ["path", "file", "folder", "script"];

export function wordsOf(program: Command): CommandWords[] {
  return program.commands.map((command) => wordsOfCommand(command, program));
}

function wordsOfCommand(command: Command, program: Command): CommandWords {
  const help: Flag = { names: ["-h", "--help"], help: "print the help of this command", value: { kind: "none" } };
  return {
    name: command.name(),
    help: command.summary() || command.description(),
    // What has no description is there to be refused with a word of its own.
    flags: [...command.options.filter(({ description }) => description !== "").map(flagOf), help],
    argument: valueOfArgument(command.registeredArguments[0], program),
    isDefault: command.name() === "run",
  };
}

function flagOf(option: Option): Flag {
  return {
    names: [option.short, option.long].filter((name) => name !== undefined),
    help: option.description,
    value: option.required || option.optional ? valueNamed(nameIn(option.flags), option.argChoices) : { kind: "none" },
  };
}

function valueOfArgument(argument: Argument | undefined, { commands }: Command): Value {
  if (argument === undefined) return { kind: "none" };
  if (argument.name() === "command") return { kind: "words", words: commands.map((command) => command.name()) };
  return valueNamed(argument.name(), argument.argChoices);
}

/** `path` in `--config <path>`. */
function nameIn(flags: string): string {
  return flags.match(/[<[]([^\]>.]+)/)?.[1] ?? "";
}

function valueNamed(name: string, choices: readonly string[] | undefined): Value {
  if (choices !== undefined) return { kind: "words", words: choices };
  return { kind: PATH_NAMES.includes(name) ? "path" : "unknown" };
}
