// What the program of the nodes is started with: its environment, its folder and its options of Node.
import { statSync } from "node:fs";
import { UsageError } from "./errors.js";
import { isText, type Rule } from "./option-rules.js";

/** How the process of each node is started. */
export interface ProgramOptions {
  /**
   * Variables for the environment of the nodes, besides those of the master; `undefined` removes one. They are read at
   * each start of a node, and are never shown in the status or the log. Default: none.
   */
  env?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** The folder that the nodes run in; it has to exist. Default: the one that the master runs in. */
  cwd?: string;
  /**
   * Node's own options for the nodes, such as `["--max-old-space-size=200", "--env-file=.env"]`, behind those that the
   * master was started with. Paths in them are relative to `cwd`. Default: none.
   */
  nodeArgs?: readonly string[];
}

/** The same, complete. */
export interface ProgramSettings {
  env: Readonly<Record<string, string | undefined>>;
  cwd: string | undefined;
  nodeArgs: readonly string[];
}

export const programRules: Record<keyof ProgramOptions, Rule> = {
  env: {
    takes: 'an object such as { LOG_LEVEL: "debug" }, of strings, numbers and booleans,',
    accepts: isEnvironment,
    // A value may be a password.
    show: showEnvironment,
  },
  cwd: { takes: "the path of a folder that exists", accepts: isFolder },
  nodeArgs: {
    takes: 'an array of options of Node, such as ["--max-old-space-size=200"],',
    accepts: (value) => Array.isArray(value) && value.every(isText),
  },
};

/** Options with which Node does not run a program, or only one process can, and what to use instead. */
const REFUSED: readonly [pattern: RegExp, why: string][] = [
  [/^--watch(-.*)?$/, "the nodes are replaced when files change with the setting watch (--watch)"],
  [/^--inspect(-.*)?$/, "each node would ask for the same port; multi-node inspect opens the inspector of one node"],
  [/^(--test|--run|-e|--eval|-p|--print|-pe|-i|--interactive|-c|--check)$/, "Node would not run the program"],
  [/^(-v|--version|-h|--help|--v8-options|--completion-bash|--prof-process)$/, "Node would not run the program"],
  [/^--(build-snapshot(-config)?|build-sea|experimental-sea-config)$/, "Node would not run the program"],
];

/**
 * Fills in the defaults of options that keep to the rules.
 * @throws UsageError MN_ERR_OPTION for an option of Node that cannot work in a node
 */
export function completeProgram({ env = {}, cwd, nodeArgs = [] }: ProgramOptions): ProgramSettings {
  checkNodeArgs(nodeArgs);
  const values = Object.entries(env).map(([name, value]) => [name, value === undefined ? undefined : `${value}`]);
  return { env: Object.fromEntries(values) as ProgramSettings["env"], cwd, nodeArgs };
}

function checkNodeArgs(words: readonly string[]): void {
  for (const [index, word] of words.entries()) {
    const name = word.split("=", 1)[0] ?? word;
    const why = REFUSED.find(([pattern]) => pattern.test(name))?.[1];
    if (why !== undefined) throw refused(`${name} cannot be used: ${why}`);
    // Any other word would be taken for the program.
    const before = words[index - 1];
    const isValue = before !== undefined && before.startsWith("-") && !before.includes("=");
    if (!isOption(word) && !isValue) throw refused(`${word} is no option of Node`);
  }
}

function isOption(word: string): boolean {
  return /^-[^-]|^--./.test(word);
}

function refused(why: string): UsageError {
  return new UsageError("MN_ERR_OPTION", `option nodeArgs: ${why}`);
}

function isEnvironment(value: unknown): boolean {
  return isObject(value) && Object.entries(value).every(([name, text]) => isVariable(name) && isVariableValue(text));
}

function isVariable(name: string): boolean {
  return name !== "" && !/[=\0]/.test(name);
}

function isVariableValue(value: unknown): boolean {
  if (typeof value === "string") return !value.includes("\0");
  return value === undefined || typeof value === "number" || typeof value === "boolean";
}

/** Names and types only. */
function showEnvironment(value: unknown): string {
  if (!isObject(value)) return value === null ? "null" : Array.isArray(value) ? "an array" : `a ${typeof value}`;
  const wrong = Object.entries(value).find(([name, text]) => !(isVariable(name) && isVariableValue(text)));
  if (wrong === undefined) return "an object";
  const [name, text] = wrong;
  return isVariable(name)
    ? `a value of type ${text === null ? "null" : typeof text} for ${name}`
    : `the name '${name}'`;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isFolder(value: unknown): boolean {
  return isText(value) && statSync(value as string, { throwIfNoEntry: false })?.isDirectory() === true;
}
