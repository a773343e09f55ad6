// Which program nodes run, and where it is: a symbolic link on the way to it may lead elsewhere by the next start.
import { realpathSync } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";
import { UsageError } from "../errors.js";
import type { ProgramSettings } from "../program-options.js";
import { evaluatesText, execArgvForNodes } from "./exec-argv.js";

/** The program that nodes run. */
export interface Program {
  script: string;
  args: readonly string[];
  execArgv: readonly string[];
  /** The folder that they run in. */
  cwd: string;
  /** Variables besides those of this process; `undefined` removes one. */
  env: Readonly<Record<string, string | undefined>>;
}

const AS_THIS: ProgramSettings = { env: {}, cwd: undefined, nodeArgs: [] };

/**
 * This process' own program, or another.
 * @param settings what it is started with; default: as this process was
 * @throws UsageError MN_ERR_OPTION when this process runs no program file and none is given.
 */
export function programOf(
  script: string | undefined,
  args: readonly string[] | undefined,
  { env, cwd, nodeArgs }: ProgramSettings = AS_THIS,
): Program {
  const [, own, ...ownArgs] = process.argv;
  const file = script ?? own;
  if (file === undefined || (script === undefined && evaluatesText(process.execArgv))) {
    throw new UsageError("MN_ERR_OPTION", "option script: this process runs no program file, so one must be given");
  }
  const folder = logicalFolder();
  return {
    script: relocate(resolve(file), folder),
    args: args ?? ownArgs,
    execArgv: [...execArgvForNodes(process.execArgv), ...nodeArgs],
    ...(cwd === undefined ? { cwd: folder, env } : atFolder(resolve(folder, cwd), env)),
  };
}

/** The environment of a node, without what only this package reads. */
export function environmentOf({ env }: Pick<Program, "env">, slot: number): NodeJS.ProcessEnv {
  return { ...process.env, ...env, NODE_APP_INSTANCE: `${slot}`, MULTI_NODE_SLOT: `${slot}` };
}

/** As a shell starts a program that has changed to the folder before. */
function atFolder(cwd: string, env: Program["env"]): Pick<Program, "cwd" | "env"> {
  return { cwd, env: { PWD: cwd, ...env } };
}

/**
 * The current folder by the name that the shell gave it. The system knows only what the name led to at that time:
 * /srv/releases/1, say, where the shell was in /srv/current, which leads to another release tomorrow.
 */
function logicalFolder(): string {
  const { PWD } = process.env;
  const real = process.cwd();
  try {
    return PWD !== undefined && isAbsolute(PWD) && realpathSync(PWD) === real ? PWD : real;
  } catch {
    return real;
  }
}

/** A file in the current folder, by the folder's logical name. */
function relocate(file: string, folder: string): string {
  const path = relative(process.cwd(), file);
  return /^\.\.(\/|$)/.test(path) || isAbsolute(path) ? file : join(folder, path);
}
