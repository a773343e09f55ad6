// Completion for fish.
import type { CommandWords, Flag, Value } from "./words.js";

export function fishCompletion(commands: readonly CommandWords[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  const lines = commands.flatMap((command) => [
    `complete -c multi-node -n "not __fish_seen_subcommand_from ${names}" -a ${command.name} -d ${quote(command.help)}`,
    ...linesOfCommand(command, conditionOf(command, names)),
  ]);
  return `# fish completion of multi-node\n${lines.join("\n")}\n`;
}

/** The default command is also meant where none is named. */
function conditionOf({ name, isDefault }: CommandWords, names: string): string {
  const named = `__fish_seen_subcommand_from ${name}`;
  return isDefault ? `${named}; or not __fish_seen_subcommand_from ${names}` : named;
}

function linesOfCommand({ flags, argument }: CommandWords, condition: string): string[] {
  const start = `complete -c multi-node -n ${quote(condition)}`;
  const operand = argument.kind === "words" ? ` -f -a ${quote(argument.words.join(" "))}` : " -f";
  return [
    ...(argument.kind === "path" ? [] : [`${start}${operand}`]),
    ...flags.map((flag) => `${start}${namesOf(flag)} -d ${quote(flag.help)}${valueOf(flag.value)}`),
  ];
}

function namesOf({ names }: Flag): string {
  return names.map((name) => (name.startsWith("--") ? ` -l ${name.slice(2)}` : ` -s ${name.slice(1)}`)).join("");
}

function valueOf(value: Value): string {
  if (value.kind === "none") return "";
  if (value.kind === "path") return " -r -F";
  return value.kind === "words" ? ` -x -a ${quote(value.words.join(" "))}` : " -x";
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
