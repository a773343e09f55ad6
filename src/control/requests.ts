// Pure: whether a line is a request that the master takes, and if not, why.
import { isUtf8 } from "node:buffer";
import { isAbsolute } from "node:path";
import { ControlError } from "../errors.js";
import { nearest } from "../nearest.js";
import { flag, isName, nodeCount, type Rule, show } from "../option-rules.js";
import type { Command, CommandName, Request } from "./commands.js";
import { LONGEST_LINE } from "./lines.js";

/** What a line means. The id is that of the request as far as it can be read. */
export type Read = { request: Request } | { id: number | string | null; error: ControlError };

type Field = Rule & { isOptional?: true };

const MOST_LINES = 1_000_000;
/** Milliseconds. */
const SHORTEST_PROFILE = 100;
const LONGEST_PROFILE = 300_000;
const LONGEST_REASON = 500;

const id: Rule = {
  takes: "a number, or a string of at most 100 characters",
  accepts: (value) => Number.isFinite(value) || (typeof value === "string" && value.length <= 100),
};
/** Whether there is such a node is the master's to say. */
const node: Field = { takes: "the id of a node, such as 'node-1'", accepts: isName };
const path: Field = {
  takes: "an absolute path",
  accepts: (value) => typeof value === "string" && isAbsolute(value) && !value.includes("\0"),
};

const FIELDS: Readonly<Record<CommandName, Readonly<Record<string, Field>>>> = {
  info: {},
  status: {},
  logs: {
    lines: {
      takes: `an integer from 0 to ${MOST_LINES}`,
      accepts: (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MOST_LINES,
      isOptional: true,
    },
    follow: { ...flag, isOptional: true },
    node: { takes: "'master' or the id of a node, such as 'node-1'", accepts: isName, isOptional: true },
  },
  repl: { node },
  inspect: { node },
  profile: {
    node,
    duration: {
      takes: `milliseconds, a number from ${SHORTEST_PROFILE} to ${LONGEST_PROFILE}`,
      accepts: (value) => typeof value === "number" && value >= SHORTEST_PROFILE && value <= LONGEST_PROFILE,
    },
    path,
  },
  heap: { node, path },
  report: { node, path },
  reload: {},
  scale: { nodes: nodeCount },
  restart: { node },
  stop: {},
};

/** Every command, in the order of docs/control.md. */
export const COMMANDS: readonly CommandName[] = Object.keys(FIELDS) as CommandName[];

export function readRequest(line: Buffer | "too-long"): Read {
  if (line === "too-long") return unreadable(`a line has at most ${LONGEST_LINE} bytes`);
  if (!isUtf8(line)) return unreadable("a request is a line of JSON in UTF-8, and this one is no UTF-8");
  let value: unknown;
  try {
    value = JSON.parse(line.toString());
  } catch (error) {
    return unreadable(`a request is a line of JSON: ${(error as Error).message}`);
  }
  return isObject(value) ? readObject(value) : unreadable(`a request is an object, got ${show(value)}`);
}

function readObject(value: Record<string, unknown>): Read {
  if (!id.accepts(value["id"])) return unreadable(`id: ${id.takes} is taken, got ${show(value["id"])}`);
  const known = value["id"] as number | string;
  const why = whyNot(value);
  return why === undefined ? { request: value as unknown as Request } : { id: known, error: wrong(why) };
}

/** What is wrong with the command of a request or with what comes with it. */
function whyNot({ id: _, command, ...given }: Record<string, unknown>): string | undefined {
  if (typeof command !== "string") return `command: the name of a command is taken, got ${show(command)}`;
  if (!Object.hasOwn(FIELDS, command)) return `command ${show(command)} is not known: ${advice(command, COMMANDS)}`;
  const fields = FIELDS[command as Command["command"]];
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(fields, name));
  if (unknown !== undefined)
    return `${command} does not know ${show(unknown)}: ${advice(unknown, Object.keys(fields))}`;
  for (const [name, field] of Object.entries(fields)) {
    const value = given[name];
    if (value === undefined ? !field.isOptional : !field.accepts(value)) {
      return `${command}: ${name}: ${field.takes} is taken, got ${value === undefined ? "none" : show(value)}`;
    }
  }
  return undefined;
}

function advice(name: string, known: readonly string[]): string {
  // What is far longer than any name is compared with none: that would take long, too.
  const meant = name.length > 50 ? undefined : nearest(name, known);
  if (meant !== undefined) return `did you mean '${meant}'?`;
  return known.length === 0 ? "it takes nothing" : `known are ${known.join(", ")}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unreadable(why: string): Read {
  return { id: null, error: wrong(why) };
}

/** What was asked may be long; what is said of it is not. */
function wrong(why: string): ControlError {
  const short = why.length > LONGEST_REASON ? `${why.slice(0, LONGEST_REASON)}…` : why;
  return new ControlError("MN_ERR_CONTROL_REQUEST", short);
}
