// The settings as flags of a command, in the help's groups.
import { type Command, Option } from "commander";
import { flagOf, isGivenBy, type Setting } from "./setting.js";
import { settings } from "./table.js";

/** Adds a flag for each setting that can be given by one; their values stay what was written. */
export function addSettings(command: Command): void {
  for (const setting of settings) {
    if (isGivenBy(setting, "flag")) for (const option of optionsOf(setting)) command.addOption(option);
  }
}

function optionsOf(setting: Setting): Option[] {
  return setting.kind.placeholder === undefined ? switches(setting) : [valued(setting, setting.kind.placeholder)];
}

function valued(setting: Setting, placeholder: string): Option {
  const { kind, group, short } = setting;
  const flags = `${short === undefined ? "" : `-${short}, `}${flagOf(setting)} <${placeholder}>`;
  const option = new Option(flags, describe(setting)).helpGroup(group);
  // Not choices(), which has words of its own for what is wrong.
  if (kind.choices !== undefined) option.argChoices = [...kind.choices];
  if (kind.many) option.argParser((value: string, before?: string[]) => [...(before ?? []), value]);
  const { joins } = kind;
  if (joins !== undefined) {
    option.argParser((value: string, before?: string) => (before === undefined ? value : before + joins + value));
  }
  return option;
}

/** The flag that says yes, and the one that says no; the help shows the one that changes something. */
function switches(setting: Setting): Option[] {
  const { group, usuallyOn = false } = setting;
  const no = flagOf(setting).replace("--", "--no-");
  return [
    new Option(flagOf(setting), describe(setting)).helpGroup(group).hideHelp(usuallyOn),
    new Option(no, describe(setting)).helpGroup(group).hideHelp(!usuallyOn),
  ];
}

function describe({ help, fallback, kind }: Setting): string {
  return kind.placeholder === undefined ? help : `${help} (default: ${fallback})`;
}
