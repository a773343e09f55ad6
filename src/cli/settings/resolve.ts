// What holds, from all that is said: flags before the environment before the configuration file before the defaults.
import { dirname } from "node:path";
import { findConfiguration } from "./file.js";
import { type Given, type Origin, readEnvironment, readFileSettings, readFlags, settle } from "./given.js";

/** What was said on the command line. */
export interface CommandLine {
  script: string | undefined;
  /** What follows `--`. */
  programArgs: readonly string[];
  /** As commander has read them. */
  flags: Readonly<Record<string, unknown>>;
}

/** The world that settings come from. */
export interface Surroundings {
  environment: Readonly<Record<string, string | undefined>>;
  cwd: string;
}

/**
 * Each setting with its value and where that came from, in the table's order.
 * @throws CliError exit code 2 for whatever is not known or not taken
 */
export async function resolveSettings(line: CommandLine, { environment, cwd }: Surroundings): Promise<Given[]> {
  const given = [...readFlags(line.flags), ...readEnvironment(environment)];
  const named = given.find(({ setting }) => setting.name === "config");
  const file = await findConfiguration(named?.value as string | undefined, cwd);
  const said = file === undefined ? [] : readFileSettings(file.content, file.path, dirname(file.path));
  const settled = settle([given, said]).map((one) => withWords(one, line));
  return file === undefined ? settled : settled.map((one) => withFile(one, file.path));
}

/** What holds for one setting. */
export function valueOf(settled: readonly Given[], name: string): unknown {
  return settled.find(({ setting }) => setting.name === name)?.value;
}

/** The program and its arguments are words of the command line, not flags. */
function withWords(given: Given, { script, programArgs }: CommandLine): Given {
  const origin: Origin = { source: "flag", where: "command line" };
  if (given.setting.name === "script" && script !== undefined) return { ...given, value: script, origin };
  if (given.setting.name === "args" && programArgs.length > 0) return { ...given, value: programArgs, origin };
  return given;
}

/** A file that was looked for and found is told of too. */
function withFile(given: Given, path: string): Given {
  if (given.setting.name !== "config") return given;
  const { origin } = given;
  return { ...given, value: path, origin: origin.source === "default" ? { source: "file", where: "found" } : origin };
}
