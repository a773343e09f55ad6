// What is known of a setting, and its names on the command line and in the environment.
import type { Kind } from "./kinds.js";

/** Where a setting can be given, the strongest first. */
export type Source = "flag" | "environment" | "file";

export interface Setting {
  /** As in a configuration file; a dot leads into an object. */
  readonly name: string;
  readonly kind: Kind;
  readonly group: Group;
  /** For the help: one line, without a full stop. */
  readonly help: string;
  /** What holds where nobody says anything, in words. */
  readonly fallback: string;
  /** The short flag's letter. */
  readonly short?: string;
  /** Variables that others have made customary; weaker than our own. */
  readonly variables?: readonly string[];
  /** Default: all. */
  readonly sources?: readonly Source[];
  /** How run() calls it, `false` where it is none of its options. Default: the same. */
  readonly option?: string | false;
  /** The flag that the help shows is the one that says no. */
  readonly usuallyOn?: true;
}

export type Group = (typeof groups)[number];

export const groups = [
  "What runs:",
  "Connections:",
  "Start, end and reload:",
  "Health and restarts:",
  "Output and development:",
] as const;

/** Whether it can be given there. */
export function isGivenBy({ sources }: Setting, source: Source): boolean {
  return sources === undefined || sources.includes(source);
}

/** `--restart-intensity` for `restart.intensity`. */
export function flagOf({ name }: Setting): string {
  return `--${wordsOf(name).join("-")}`;
}

/** `MULTI_NODE_RESTART_INTENSITY` for `restart.intensity`. */
export function variableOf({ name }: Setting): string {
  return ["MULTI_NODE", ...wordsOf(name)].join("_").toUpperCase();
}

function wordsOf(name: string): string[] {
  return name.split(/\.|(?=[A-Z])/).map((word) => word.toLowerCase());
}
