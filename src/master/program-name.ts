// What a service is called where nobody has given it a name.
import { readFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { printable } from "../printable.js";
import type { Peer } from "../role.js";
import type { Program } from "./program.js";
import type { About } from "./status.js";

/** What a master tells of its service that never changes. */
export function aboutService(name: string | undefined, { script, cwd }: Program, { pid, since }: Peer): About {
  return { name: name ?? nameOfProgram(script), script, cwd, pid, since };
}

/** The name of the package that the program belongs to, or that of its file without the ending, as it can be typed. */
function nameOfProgram(script: string): string {
  for (let folder = dirname(script); ; folder = dirname(folder)) {
    const name = nameOfPackage(folder);
    if (name !== undefined) return name;
    if (folder === dirname(folder)) return printable(basename(script, extname(script)));
  }
}

function nameOfPackage(folder: string): string | undefined {
  try {
    const { name } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { name?: unknown };
    return typeof name === "string" && printable(name) !== "" ? printable(name) : undefined;
  } catch {
    return undefined;
  }
}
