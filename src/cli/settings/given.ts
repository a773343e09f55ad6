// Pure: what flags, variables and a configuration file say, read by the table; and which of them holds.
import { inspect } from "node:util";
import { nearest } from "../../nearest.js";
import { usageError } from "../cli-error.js";
import type { CliError } from "../cli-error.js";
import { flagOf, isGivenBy, type Setting, type Source, variableOf } from "./setting.js";
import { settings } from "./table.js";

/** Where a value came from. */
export interface Origin {
  source: Source | "default";
  /** The flag, the variable or the file; empty for a default. */
  where: string;
}

export interface Given {
  setting: Setting;
  /** `undefined` where nobody says anything. */
  value: unknown;
  origin: Origin;
}

/** Variables that multi-node itself gives to its processes. */
const INTERNAL = /^MULTI_NODE_(BOOT|HANDOVER|SLOT)$/;

/**
 * What commander has read, by the attribute's name.
 * @throws CliError
 */
export function readFlags(flags: Readonly<Record<string, unknown>>): Given[] {
  return settings
    .filter((setting) => isGivenBy(setting, "flag"))
    .flatMap((setting) => readOne(setting, "flag", flagOf(setting), flags[attributeOf(setting)]));
}

/**
 * Our own variables, all of which must be known, and those that others have made customary. An empty one counts as none.
 * @throws CliError
 */
export function readEnvironment(environment: Readonly<Record<string, string | undefined>>): Given[] {
  const readable = settings.filter((setting) => isGivenBy(setting, "environment"));
  const known = readable.map(variableOf);
  for (const variable of Object.keys(environment)) {
    if (variable.startsWith("MULTI_NODE_") && !INTERNAL.test(variable) && !known.includes(variable)) {
      throw unknownName(`the variable ${variable}`, variable, known);
    }
  }
  return readable.flatMap((setting) => {
    const variable = [variableOf(setting), ...(setting.variables ?? [])].find((name) => environment[name]);
    return variable === undefined ? [] : readOne(setting, "environment", variable, environment[variable]);
  });
}

/**
 * The content of a configuration file. Paths in it are relative to its folder.
 * @throws CliError
 */
export function readFileSettings(content: unknown, file: string, folder: string): Given[] {
  if (!isObject(content)) throw usageError(`${file}: an object such as { "nodes": 4 } is taken, got ${show(content)}`);
  const known = settings.filter((setting) => isGivenBy(setting, "file"));
  return flatten(content, known, file).flatMap(([name, value]) => {
    const setting = known.find((candidate) => candidate.name === name);
    if (setting === undefined)
      throw unknownName(
        `${file}: ${name}`,
        name,
        known.map((candidate) => candidate.name),
      );
    return readOne(setting, "file", file, value).map((given) => ({
      ...given,
      value: setting.kind.locate?.(given.value as never, folder) ?? given.value,
    }));
  });
}

/** What holds for each setting, in the table's order; the first of the layers that says something is right. */
export function settle(layers: readonly (readonly Given[])[]): Given[] {
  const given = layers.flat();
  const none: Origin = { source: "default", where: "" };
  return settings.map(
    (setting) =>
      given.find((candidate) => candidate.setting === setting) ?? { setting, value: undefined, origin: none },
  );
}

function readOne(setting: Setting, source: Source, where: string, given: unknown): Given[] {
  if (given === undefined) return [];
  const { kind, name } = setting;
  const value = kind.read(given);
  if (value !== undefined) return [{ setting, value, origin: { source, where } }];
  throw wrongValue(source === "file" ? `${where}: ${name}` : where, setting, given);
}

function wrongValue(where: string, { kind }: Setting, given: unknown): CliError {
  const meant = typeof given === "string" ? nearest(given, kind.choices ?? []) : undefined;
  const advice = meant === undefined ? "" : `; did you mean ${meant}?`;
  // What was meant for a secret may be one.
  const got = kind.secret ? "" : `, got ${show(given)}`;
  return usageError(`${where}: ${kind.takes} is taken${got}${advice}`);
}

function unknownName(what: string, name: string, known: readonly string[]): CliError {
  const meant = nearest(name, known);
  const advice = meant === undefined ? `known are ${known.join(", ")}` : `did you mean ${meant}?`;
  return usageError(`${what} is not known: ${advice}`);
}

/** `{ restart: { period: 1 } }` as `restart.period`, where the table has such names. */
function flatten(
  content: object,
  known: readonly Setting[],
  file: string,
  prefix = "",
): [name: string, value: unknown][] {
  return Object.entries(content).flatMap(([key, value]): [string, unknown][] => {
    const name = `${prefix}${key}`;
    const within = known.filter((setting) => setting.name.startsWith(`${name}.`)).map((setting) => setting.name);
    if (within.length === 0) return [[name, value]];
    if (value === undefined) return [];
    if (isObject(value)) return flatten(value, known, file, `${name}.`);
    throw usageError(`${file}: ${name}: an object with ${within.join(", ")} is taken, got ${show(value)}`);
  });
}

/** As commander calls a flag's value: `restartIntensity` for `--restart-intensity`. */
function attributeOf(setting: Setting): string {
  return flagOf(setting)
    .slice(2)
    .replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  return inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 100 });
}
