// The program's file, as `node` finds it, by the name that it was given: a symbolic link may lead elsewhere tomorrow.
import { accessSync, constants, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { nearest } from "../nearest.js";
import { type CliError, usageError } from "./cli-error.js";

const ENDINGS: readonly string[] = ["", ".js", ".json", ".node"];

/**
 * @param commands what may have been meant where there is no such file
 * @throws CliError where there is no such program, or it cannot be read
 */
export function findScript(given: string, cwd: string, commands: readonly string[] = []): string {
  const path = resolve(cwd, given);
  const file = fileAt(path) ?? programIn(path);
  if (file === undefined) throw whyNone(given, path, commands);
  try {
    accessSync(file, constants.R_OK);
  } catch {
    throw usageError(`there is no permission to read the program ${file}`);
  }
  return file;
}

function fileAt(path: string): string | undefined {
  return ENDINGS.map((ending) => path + ending).find((candidate) => kindOf(candidate) === "file");
}

/** The main file of a folder's package, or its index. */
function programIn(folder: string): string | undefined {
  if (kindOf(folder) !== "folder") return undefined;
  const main = mainOf(folder);
  const named = main === undefined ? undefined : (fileAt(main) ?? fileAt(join(main, "index")));
  return named ?? fileAt(join(folder, "index"));
}

function mainOf(folder: string): string | undefined {
  try {
    const { main } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { main?: unknown };
    return typeof main === "string" && main !== "" ? join(folder, main) : undefined;
  } catch {
    return undefined;
  }
}

function kindOf(path: string): "file" | "folder" | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats === undefined ? undefined : stats.isDirectory() ? "folder" : "file";
  } catch (error) {
    throw usageError(`the program cannot be looked for: ${(error as Error).message}`);
  }
}

function whyNone(given: string, path: string, commands: readonly string[]): CliError {
  if (kindOf(path) === "folder") {
    return usageError(
      `${path} is a folder without a program: it has neither a package.json with a "main" that is there, nor an index.js`,
    );
  }
  const folder = dirname(path);
  if (kindOf(folder) !== "folder") return usageError(`there is no program ${path}: there is no folder ${folder}`);
  const name = basename(path);
  const meant = name.length < 3 ? undefined : (nearest(given, commands) ?? nearest(name, readdirSync(folder)));
  const advice = meant === undefined ? "" : `; did you mean ${meant}?`;
  return usageError(`there is no program ${name} in ${folder}${advice}`);
}
