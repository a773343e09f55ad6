// The two ways in which a program gets the library, and the processes of the one that promises are tried on.
import * as byImport from "multi-node";
import byRequire = require("multi-node");
import type { Told } from "./program.js";

/** The fixture that is the same program either way. */
export const PROGRAMS: Readonly<Record<string, string>> = {
  import: "original-promises.js",
  require: "original-promises-cjs.cjs",
};

/** The library itself. */
export const LIBRARIES: Readonly<Record<string, typeof byImport>> = { import: byImport, require: byRequire };

/** With `nodes: 2`, which is what the program starts unless it is told otherwise. */
const PROCESSES = ["master", "node-1", "node-2"];

/** Which process heard of which, as `node-1<master`, sorted. */
export function pairs(lines: Told[]): string[] {
  return lines
    .map((line) => `${line.id}<${(line["from"] as string | undefined) ?? (line["peer"] as { id: string }).id}`)
    .sort();
}

/** As `pairs` tells it when each has heard of every other. */
export function allPairs(): string[] {
  return PROCESSES.flatMap((to) => PROCESSES.filter((from) => from !== to).map((from) => `${to}<${from}`)).sort();
}
