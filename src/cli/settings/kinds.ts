// What a setting may be: read the same from a flag, a variable and a configuration file, as text or as a value.
import { delimiter, resolve } from "node:path";
import { MOST_DEATHS, MOST_NODES } from "../../limits.js";
import { durationText, readDuration, readSize, sizeText } from "./units.js";

export interface Kind {
  /** Completes "… is taken". */
  readonly takes: string;
  /** What stands for the value in the help; a flag without one takes no value. */
  readonly placeholder?: string;
  /** The words that it may be, where there are only so many. */
  readonly choices?: readonly string[];
  /** A flag of this kind may be given more than once. */
  readonly many?: true;
  /** The same, and what stands between the texts when they are put together. */
  readonly joins?: string;
  /** Its values may be secrets: only `show` tells of them. */
  readonly secret?: true;
  /** The value, or `undefined` for what is not taken. */
  read(given: unknown): unknown;
  /** As a person would write it. Default: as it is. */
  show?(value: never): string;
  /** What it means in this folder, where it is a path. */
  locate?(value: never, folder: string): unknown;
}

/** Milliseconds: Node's timers take no longer ones. */
const LONGEST: number = 2 ** 31 - 1;

export const yesOrNo: Kind = { takes: "true or false", choices: ["true", "false"], read: readYesOrNo };

export const name: Kind = {
  takes: "a name of 1 to 100 characters, none of them a control character",
  placeholder: "name",
  read: (given) => (typeof given === "string" && /^\P{Cc}{1,100}$/u.test(given) ? given : undefined),
};

export const cookieName: Kind = {
  takes: "the name of a cookie",
  placeholder: "name",
  read: (given) => (typeof given === "string" && /^[!-~]{1,100}$/.test(given) ? given : undefined),
};

export const path: Kind = {
  takes: "a path",
  placeholder: "path",
  read: readText,
  locate: (value: string, folder) => resolve(folder, value),
};

export const paths: Kind = {
  takes: "a path, or several",
  placeholder: "path",
  many: true,
  read: (given) => readList(given, delimiter, readText),
  locate: (value: string[], folder) => value.map((item) => resolve(folder, item)),
  show: (value: string[]) => value.join(delimiter),
};

export const texts: Kind = {
  takes: "an array of strings",
  read: (given) => (Array.isArray(given) && given.every((item) => typeof item === "string") ? given : undefined),
  show: (value: string[]) => value.join(" "),
};

/** Options of Node, in one text as a shell would take them, or in an array of words. */
export const nodeOptions: Kind = {
  takes: 'options of Node such as "--max-old-space-size=200 --env-file=.env", or an array of them,',
  placeholder: "options",
  joins: " ",
  read: (given) => (typeof given === "string" ? splitWords(given) : texts.read(given)),
  show: (value: string[]) => value.join(" "),
};

export const variables: Kind = {
  takes: "KEY=VALUE (in a configuration file also an object)",
  placeholder: "key=value",
  many: true,
  secret: true,
  read: readVariables,
  show: (value: object) => `${Object.keys(value).join(", ")} (values are not shown)`,
};

export const port: Kind = {
  takes: "a port, 0 to 65535,",
  placeholder: "port",
  read: (given) => readInteger(given, 0, 65_535),
};

export const ports: Kind = {
  takes: "a port, 1 to 65535, or several",
  placeholder: "port",
  many: true,
  read: (given) => readList(given, ",", (item) => readInteger(item, 1, 65_535)),
  show: (value: number[]) => value.join(","),
};

/** Of nodes: each is a process. */
export const count: Kind = integer(1, MOST_NODES, `an integer from 1 to ${MOST_NODES}`);
export const countOrOff: Kind = integer(0, Number.MAX_SAFE_INTEGER, "an integer of at least 0 (off)");
export const deathsOrOff: Kind = integer(0, MOST_DEATHS, `an integer from 0 (off) to ${MOST_DEATHS}`);

export const nodes: Kind = {
  takes: `an integer from 1 to ${MOST_NODES} or "auto" (one for each CPU)`,
  placeholder: "count",
  read: (given) => (given === "auto" || given === "max" ? "auto" : count.read(given)),
};

export const timeout: Kind = duration("such as 25s, 500ms or 2m, greater than 0", (ms) => ms >= 1);
export const timeoutOrOff: Kind = duration("such as 12h, 30m or 0 (off)", () => true);
export const hangTimeout: Kind = duration("of at least 2s, or 0 for off", (ms) => ms === 0 || ms >= 2_000);

export const size: Kind = {
  takes: "a size such as 512M, 1.5G or 0 (off)",
  placeholder: "size",
  read: readSize,
  show: sizeText,
};

export const account: Kind = {
  takes: "a name or a number of at least 0",
  placeholder: "account",
  read: (given) => readInteger(given, 0, LONGEST) ?? readText(given),
};

/** Whose PROXY headers are believed. */
export const proxies: Kind = {
  takes: '"any", "none" or addresses and ranges such as 10.0.0.0/8,fd00::1',
  placeholder: "from",
  read: (given) => {
    if (given === "any" || given === true) return true;
    if (given === "none" || given === false) return false;
    return readList(given, ",", (item) => (/^[\da-fA-F:.]+(\/\d{1,3})?$/.test(String(item)) ? item : undefined));
  },
  show: (value: boolean | string[]) => (value === true ? "any" : value === false ? "none" : value.join(",")),
};

export const aFunction: Kind = { takes: "a function", read: readFunction, show: showFunction };

export function choice(...choices: string[]): Kind {
  const listed = choices
    .map((word) => `"${word}"`)
    .join(", ")
    .replace(/, (?=[^,]*$)/, " or ");
  return {
    takes: listed,
    placeholder: "word",
    choices,
    read: (given) => (typeof given === "string" && choices.includes(given) ? given : undefined),
  };
}

/** The same, or a function, which only a configuration file can give. */
export function choiceOrFunction(...choices: string[]): Kind {
  const words = choice(...choices);
  return {
    ...words,
    takes: `${words.takes} (in a configuration file also a function)`,
    read: (given) => readFunction(given) ?? words.read(given),
    show: (value: string | { name: string }) => (typeof value === "string" ? value : showFunction(value)),
  };
}

function integer(least: number, most: number, takes: string): Kind {
  return { takes, placeholder: "count", read: (given) => readInteger(given, least, most) };
}

function duration(examples: string, accepts: (ms: number) => boolean): Kind {
  return {
    takes: `a time ${examples} (a plain number: milliseconds)`,
    placeholder: "time",
    read: (given) => {
      const ms = readDuration(given);
      return ms !== undefined && ms <= LONGEST && accepts(ms) ? ms : undefined;
    },
    show: durationText,
  };
}

function readYesOrNo(given: unknown): boolean | undefined {
  if (given === true || given === "true" || given === "1") return true;
  return given === false || given === "false" || given === "0" ? false : undefined;
}

/** The words of a text, as a shell takes them that knows quotes and nothing else; `undefined` where one is not closed. */
function splitWords(text: string): string[] | undefined {
  const words: string[] = [];
  const rest = text.replace(/\s*((?:[^\s"']|"[^"]*"|'[^']*')+)\s*/gy, (_, word: string) => {
    words.push(word.replaceAll(/"([^"]*)"|'([^']*)'/g, "$1$2"));
    return "";
  });
  return rest.trim() === "" ? words : undefined;
}

/** An object, or texts such as KEY=VALUE. */
function readVariables(given: unknown): object | undefined {
  if (typeof given === "object" && given !== null && !Array.isArray(given)) {
    return Object.values(given).every((value) => ["string", "number", "boolean"].includes(typeof value))
      ? given
      : undefined;
  }
  const items: unknown[] = Array.isArray(given) ? given : [given];
  const pairs = items.map((item) => (typeof item === "string" ? /^([^=]+)=(.*)$/s.exec(item) : null));
  if (pairs.includes(null)) return undefined;
  return Object.fromEntries(pairs.map((pair) => [pair?.[1], pair?.[2]]));
}

function readText(given: unknown): string | undefined {
  return typeof given === "string" && given !== "" ? given : undefined;
}

function readFunction(given: unknown): unknown {
  return typeof given === "function" ? given : undefined;
}

function showFunction({ name }: { name: string }): string {
  return name === "" ? "a function" : `the function ${name}`;
}

function readInteger(given: unknown, least: number, most: number): number | undefined {
  const value = typeof given === "string" && /^\d{1,16}$/.test(given) ? Number(given) : given;
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
    ? (value as number)
    : undefined;
}

/** One item or an array of items, each also a text with separators between several. */
function readList(given: unknown, separator: string, read: (item: unknown) => unknown): unknown[] | undefined {
  const items: unknown[] = Array.isArray(given) ? given : [given];
  const values = items.flatMap((item) => (typeof item === "string" ? item.split(separator) : [item])).map(read);
  return values.includes(undefined) ? undefined : values;
}
