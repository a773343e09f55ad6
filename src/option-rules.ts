// What an option may take, and how the error reads when it gets something else.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { UsageError } from "./errors.js";
import { MOST_DEATHS, MOST_NODES } from "./limits.js";
import { nearest } from "./nearest.js";

export interface Rule {
  takes: string;
  accepts: (value: unknown) => boolean;
  /** How a value that is not taken reads in the error. Default: as it is. */
  show?: (value: unknown) => string;
}

/** Milliseconds: Node's timers take no longer ones. It is also the largest number of many a system call. */
const LARGEST: number = 2 ** 31 - 1;

export const flag: Rule = { takes: "true or false", accepts: (value) => typeof value === "boolean" };
export const timeout: Rule = {
  takes: `milliseconds, a number from 1 to ${LARGEST}`,
  accepts: (value) => typeof value === "number" && value >= 1 && value <= LARGEST,
};

export const timeoutOrOff: Rule = {
  takes: `milliseconds, a number from 0 (off) to ${LARGEST}`,
  accepts: (value) => value === 0 || timeout.accepts(value),
};
/** A heartbeat comes every second: less than two of them tell nothing. */
export const hangTimeout: Rule = {
  takes: `milliseconds, 0 (off) or a number from 2000 to ${LARGEST}`,
  accepts: (value) => value === 0 || (timeout.accepts(value) && (value as number) >= 2_000),
};
export const countOrOff: Rule = {
  takes: "an integer of at least 0 (off)",
  accepts: (value) => isIntegerIn(value, 0, Number.MAX_SAFE_INTEGER),
};
/** How many nodes: each is a process. */
export const nodeCount: Rule = {
  takes: `an integer from 1 to ${MOST_NODES}`,
  accepts: (value) => isIntegerIn(value, 1, MOST_NODES),
};
export const deathsOrOff: Rule = {
  takes: `an integer from 0 (off) to ${MOST_DEATHS}`,
  accepts: (value) => isIntegerIn(value, 0, MOST_DEATHS),
};
export const payload: Rule = {
  takes: "bytes, an integer from 1 to 1073741824 (1 GiB)",
  accepts: (value) => isIntegerIn(value, 1, 2 ** 30),
};
export const bytes: Rule = {
  takes: "bytes, an integer of at least 0",
  accepts: (value) => isIntegerIn(value, 0, Number.MAX_SAFE_INTEGER),
};
export const tcpPort: Rule = {
  takes: "an integer from 0 to 65535",
  accepts: (value) => isIntegerIn(portNumber(value), 0, 65_535),
};
export const backlog: Rule = {
  takes: `an integer from 1 to ${LARGEST}`,
  accepts: (value) => isIntegerIn(value, 1, LARGEST),
};
export const account: Rule = {
  takes: "a name or a number of at least 0",
  accepts: (value) => isText(value) || isIntegerIn(value, 0, LARGEST),
};
export const script: Rule = { takes: "the path or file: URL of a program that exists", accepts: isScript };

/**
 * Checks each option against its rule.
 * @throws UsageError MN_ERR_OPTION, naming the option, what came and what is taken.
 */
export function check(options: object, rules: Record<string, Rule>, prefix = ""): void {
  if (typeof options !== "object" || options === null) {
    throw new UsageError("MN_ERR_OPTION", `options: an object such as { port: 8000 } is taken, got ${show(options)}`);
  }
  // What an object inherits is taken, so it is looked at too.
  for (const name in options) {
    const value: unknown = options[name as keyof typeof options];
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined) throw unknownOption(name, Object.keys(rules), prefix);
    if (value !== undefined && !rule.accepts(value)) {
      throw wrongValue(`${prefix}${name}`, rule, value);
    }
  }
}

export function wrongValue(name: string, rule: Rule, value: unknown): UsageError {
  return new UsageError("MN_ERR_OPTION", `option ${name}: ${rule.takes} is taken, got ${(rule.show ?? show)(value)}`);
}

function unknownOption(name: string, known: string[], prefix: string): UsageError {
  const meant = nearest(name, known);
  const advice = meant === undefined ? `known are ${known.join(", ")}` : `did you mean ${meant}?`;
  return new UsageError("MN_ERR_OPTION", `option ${prefix}${name} is not known: ${advice}`);
}

export function portNumber(value: unknown): unknown {
  return typeof value === "string" && /^\d{1,5}$/.test(value) ? Number(value) : value;
}

export function scriptPath(script: string | URL): string {
  return typeof script === "string" && !script.startsWith("file:") ? script : fileURLToPath(script);
}

export function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

/** What can stand in a table and on a command line. */
export function isName(value: unknown): boolean {
  return typeof value === "string" && /^\P{Cc}{1,100}$/u.test(value);
}

export function show(value: unknown): string {
  return inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 100 });
}

function isScript(value: unknown): boolean {
  if (!isText(value) && !(value instanceof URL && value.protocol === "file:")) return false;
  try {
    return existsSync(scriptPath(value as string | URL));
  } catch {
    // A file: URL that names no file of this machine.
    return false;
  }
}

function isIntegerIn(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}
